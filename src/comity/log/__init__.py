"""The sealed log: envelopes, who counts, how values merge. Pure."""
