"""Reads folders of Markdown and MDX: sources as people write them, for the sites that are not built.

reader.py spans.py                      files as pages, through markdown-it's tree; what stands on one line
front_matter.py                         what a page says of itself
myst.py admonitions.py mdx.py tags.py   a file as plain Markdown
raw_definitions.py                      lists of terms that are written as HTML
raw_tables.py                           tables that are written as HTML
routes.py releases.py                   addresses and versions, as Docusaurus makes them
"""
