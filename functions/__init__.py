"""One folder a resource, one module a route; HTTP only: parse, call, render."""

import gc

# This is imported before everything else. Imports make 50,000 objects that stay and hardly any garbage; looking for it
# 43 times meanwhile, as Python does unless told otherwise, takes 20 of 270 ms.
gc.set_threshold(100_000, 50, 50)
