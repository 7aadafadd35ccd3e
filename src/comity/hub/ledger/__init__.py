"""What a hub keeps, in SQLite or PostgreSQL, behind one interface."""
