"""The book: finding the passages that belong to a question, in one request to Qdrant."""
