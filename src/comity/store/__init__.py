"""The only room that opens the client's database."""
