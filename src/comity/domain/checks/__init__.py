"""What needs a person: facts that follow from records and the day, each told in one sentence."""
