"""The calling service: what carries the signalling between two clients."""
