"""The whole platform on one machine, on loopback, without containers: `make run` starts it, tests break it."""

import os

from infra.local.users import set_aside

set_aside(os.environ)  # before any of these programs reads it, whichever is first
