"""Fills Qdrant with the passages of a folder of Markdown: `python -m infra.ingestion DOCS`.

sources.py                                  which files are pages, and what their site is called
front_matter.py admonitions.py mdx.py tags.py   a file as plain Markdown
blocks.py                                   Markdown as clean text, in blocks that are not to be cut
slugs.py routes.py                          anchors and addresses, as Docusaurus makes them
pages.py reading.py                         a page's passages; the pages of a site
index.py patience.py                        the collection in Qdrant, and calls that are tried again
ingest.py progress.py                       compares both, sends what differs, and says how far it is
reader.py                                   a page put together again from its passages
"""
