"""How two sets of envelopes become equal."""
