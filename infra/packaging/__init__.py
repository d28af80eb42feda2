"""How a function becomes a zip: what it imports, what it depends on, and archives that come out the same every time."""
