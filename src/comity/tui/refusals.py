"""A refusal as people read it."""

from comity.domain.text import sentence
from comity.domain.wording import words
from comity.errors import ComityError


def sentences(error: ComityError) -> str:
    """What went wrong, every problem, and what to do, as sentences."""
    told = (each for each in error.problems if each.message not in error.message)
    parts = [error.message, *(f"{words(each.field)}: {each.message}" for each in told), error.hint]
    return " ".join(map(sentence, filter(None, parts)))
