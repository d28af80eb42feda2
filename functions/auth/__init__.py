"""/api/auth: the routes of Better Auth."""
