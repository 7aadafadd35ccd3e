"""The hub: carries sealed envelopes between institutes, checks who may fetch and bring them, and can read none."""
