"""What routes of several resources ask for: one module a thing.

Each is made once a container, when a route first asks: a setting that is missing ends that request, not the import. All
are `async`, so that FastAPI calls them on the spot; it would send a plain function to a thread.
"""
