"""The whole platform on one machine, on loopback, without containers: `make run` starts it, tests break it."""
