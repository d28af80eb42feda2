"""Fetches a published site for the reader of built sites, politely and safely.

connection.py           a connection to one host that is not led elsewhere, not even by its name server
client.py               one address: redirects, sizes, conditional requests, waiting when the server asks for it
robots.py sitemaps.py   what the site allows, and what it lists
layout.py crawl.py      all of it, into a folder; what a run before this one has fetched is not fetched again
"""
