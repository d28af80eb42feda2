"""/api/profile: what readers tell the site about themselves."""
