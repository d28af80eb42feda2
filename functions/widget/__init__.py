"""The `<docs-chat>` element: `make element` builds the scripts beside this file from what people write in `source`."""
