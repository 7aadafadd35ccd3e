"""Comity: joint testing exercises, personnel exchanges and evaluation runs of AI safety institutes."""
