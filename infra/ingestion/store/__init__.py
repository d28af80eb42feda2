"""The passages in Qdrant.

index.py generations.py patience.py   the collections behind an alias, and calls that are tried again
points.py outgoing.py                 passages as points, and what differs on its way
requests.py                           what is asked of a collection
vocabulary.py places.py               what is kept beside them: the book's words, where old versions stand
"""
