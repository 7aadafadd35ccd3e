"""Bringing two replicas to the same set of envelopes, whatever lies between them."""
