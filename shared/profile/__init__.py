"""What readers tell the site about themselves, kept only while they consent to it."""
