"""A stand-in for Qdrant's REST API on one machine: Qdrant's own engine (qdrant-edge) behind the calls that we make.

What is missing answers 400 or 404, never a wrong result. The models that Qdrant Cloud runs for its customers, MiniLM
and BM25, run here too, so that a text may stand wherever a vector may.
"""
