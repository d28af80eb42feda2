"""The outbox: turns that could not be stored wait here, and are stored when the database is back.

models.py   a turn, and its one written form
seal.py     proves that we wrote it
queue.py    SQS
keeping.py  what becomes of a turn that could not be stored: queued, or handed to the reader as a receipt
replay.py   stores it later
"""
