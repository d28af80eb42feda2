"""/api/messages: single messages of a signed-in reader."""
