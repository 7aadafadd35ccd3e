"""The after-action report of an exercise: what reaches its reader, the parts it is told in, and the whole."""
