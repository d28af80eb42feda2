"""/api/export and /api/import: everything that a reader has, taken away and brought back."""
