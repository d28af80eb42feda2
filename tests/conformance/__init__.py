"""Our functions compared with the real Better Auth server and the real client: `make conformance`."""
