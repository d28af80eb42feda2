"""/api/conversations: what a signed-in reader asked before."""
