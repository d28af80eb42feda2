"""Fills Qdrant with the passages of documentation: `python -m infra.ingestion DOCS`.

form.py schema.py                   the form that every reader produces; specs/form.md
choosing.py sources.py              which reader reads what somebody named, and which files are pages
folded.py pictures.py               what every reader reads alike: what readers unfold, what a picture shows
html/                               the reader of built sites, of any generator
live/                               the reader of published sites, which fetches them for html/
markdown/                           the reader of Markdown
passages/                           pages as passages
store/                              the collections in Qdrant
reading.py sending.py turns.py      the pages of a site, compared and sent; one ingestion after the other
examples.py questions.py record.py  kept beside them: questions that the book answers, what the last ingestion brought
llms.py                             what agents read
preview.py                          what an ingestion would do
ingest.py progress.py               compares both, sends what differs, and says how far it is
rendering.py                        a page put together again from its passages
"""
