"""Reads a built documentation site: the HTML that any generator makes, for it alone knows every address and anchor.

names.py                            what generators and themes call things; no code knows any of them
tree.py                             a page's main content as a small tree, without furniture
inline.py code.py tables.py apart.py    text in a line, code, tables, admonitions
tabs.py anchors.py                  which label a panel has, where a heading can be linked to
content.py                          a tree as headings and blocks, from top to bottom
document.py                         one file: its content, and what its head says about it
facts.py addresses.py                where the site publishes each file
selection.py versions.py indexes.py      which files are pages that readers search, and why the others are not
"""
