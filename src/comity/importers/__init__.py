"""Foreign files to raw values; nothing is stored here."""
