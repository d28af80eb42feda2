"""One folder a resource, one module a route; HTTP only: parse, call, render."""

import gc

# This is imported before everything else. Imports make 50,000 objects that stay and hardly any garbage; looking for it
# after every 2,000, as Python does unless told otherwise, costs up to a tenth of a cold start.
gc.set_threshold(20_000, 50, 50)
