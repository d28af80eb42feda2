"""Pages of any reader as passages: what is found by itself, and shown.

sections.py slugs.py            sections with their addresses
arranging.py diagrams.py        blocks as people read them
packing.py cutting.py safe.py   what goes into one passage, and nothing that may not be shown
pages.py                        a page's passages, as they are stored
"""
