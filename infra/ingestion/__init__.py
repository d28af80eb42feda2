"""Fills Qdrant with the passages of documentation: `python -m infra.ingestion DOCS`.

form.py                                     the form that every reader produces; specs/form.md
choosing.py                                 which reader reads what somebody named
html/                                       the reader of built sites, of any generator
live/                                       the reader of published sites, which fetches them for html/
markdown.py spans.py                        the reader of Markdown; what it needs:
  sources.py front_matter.py                which files are pages, what they say of themselves
  myst.py admonitions.py mdx.py tags.py     a file as plain Markdown
  routes.py releases.py                     addresses and versions, as Docusaurus makes them
sections.py slugs.py arranging.py           sections with their addresses; blocks as people read them
packing.py cutting.py safe.py               what goes into one passage, and nothing that may not be shown
pages.py reading.py schema.py               a page's passages; the pages of a site; the form as JSON schemas
index.py generations.py patience.py         the collections in Qdrant, and calls that are tried again
outgoing.py sending.py turns.py             what differs, on its way; one ingestion after the other
llms.py                                     what agents read
preview.py                                  what an ingestion would do
ingest.py progress.py                       compares both, sends what differs, and says how far it is
reader.py                                   a page put together again from its passages
"""
