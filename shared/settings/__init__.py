"""What the environment says: a frozen object for each concern, so that a function declares only what it needs."""
