"""The owner's desk: what readers ask and the book does not answer. To everybody else it is not there."""
