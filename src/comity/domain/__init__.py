"""What the records are and what is allowed. No I/O, no clock."""
