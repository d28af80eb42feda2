"""One folder a resource, one module a route; HTTP only: parse, call, render."""
