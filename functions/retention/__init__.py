"""What no request asks for: old conversations, and traces of deleted ones, go with time."""
