"""The decision, sans-IO: bytes and numbers in, bytes out; no socket, clock, log or third party."""
