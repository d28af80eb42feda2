"""The answer to a question: what a turn of the chat is, from the question to the stored reply."""
