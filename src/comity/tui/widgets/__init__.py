"""Widgets: the virtual table, the chrome of every page, overlays and fields."""
