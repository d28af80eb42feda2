"""A turn of the chat: searched, answered, streamed, stopped and stored."""
