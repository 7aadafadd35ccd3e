"""Pages: what every page has, pages derived for any kind, and the sections."""
