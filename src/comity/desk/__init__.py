"""The door for people: what screens and commands ask and do."""
