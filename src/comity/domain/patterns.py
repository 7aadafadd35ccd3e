"""Regular expressions that people type, bounded so that no text can make them run for ever.

Python's engine backtracks and cannot be interrupted. Repeating what itself repeats or branches, and many choices in
a row, take exponential time, so they are refused; a few plain repetitions over a bounded text are polynomial.
"""

import re
import warnings
from dataclasses import dataclass, field
from functools import lru_cache

from comity.errors import BadInput

LONGEST_PATTERN = 200
LONGEST_TEXT = 500  # what is looked at of each text
_MOST_REPEATS = 2
_TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[^)]*?[:=!>]|\(\?|[*+]|\?|\{\d*,?\d*\}|.", re.DOTALL)
_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")
_MOST_WAYS = 32


@lru_cache(maxsize=128)
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern, case folded by the engine. Raises BadInput for what cannot be read or could run for ever."""
    if len(pattern) > LONGEST_PATTERN:
        raise BadInput(f"A pattern has at most {LONGEST_PATTERN} characters.", "Write a shorter one.", code="query")
    _refuse_endless(pattern)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return re.compile(pattern, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError, Warning) as error:
        raise BadInput(
            f"The pattern «{pattern[:40]}» cannot be read: {error}.", hint="A \\ takes a special character as itself.",
            code="query",
        ) from None  # fmt: skip


def found(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text, as far as it is looked at."""
    return compiled(pattern).search(text[:LONGEST_TEXT]) is not None


@dataclass(slots=True)
class _Scan:
    """Walks a pattern: which open groups repeat or branch inside, and how often anything repeats without bound."""

    open: list[bool] = field(default_factory=lambda: [False])
    closed: bool = False  # the last thing read was a group that repeats or branches inside
    repeats: int = 0
    ways: int = 1  # in which its options and branches combine

    def read(self, token: str) -> None:
        """Takes the next token of the pattern."""
        if token.startswith("("):
            self.open.append(False)
        elif token == ")" and len(self.open) > 1:
            self.closed = self.open.pop()
            self.open[-1] |= self.closed
            return
        elif token in ("|", "?"):
            self.choose(2)
        elif _REPEAT.fullmatch(token):
            self.repeat(token)
        self.closed = False

    def repeat(self, token: str) -> None:
        """A repetition of the last thing read."""
        if self.closed:
            raise _endless("it repeats a group that repeats or branches inside")
        low, comma, high = token.strip("{}").partition(",")
        if token in "*+" or (comma and not high):
            self.repeats += 1
        if self.repeats > _MOST_REPEATS:
            raise _endless(f"it has more than {_MOST_REPEATS} open repetitions")
        self.choose(int(high) - int(low or 0) + 1 if high else 1)

    def choose(self, ways: int) -> None:
        """So many ways to go on."""
        self.open[-1] = True
        self.ways *= max(ways, 1)
        if self.ways > _MOST_WAYS:
            raise _endless("it has too many choices")


def _refuse_endless(pattern: str) -> None:
    if re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
        raise _endless("it refers back to a group")
    scan = _Scan()
    for token in _TOKEN.findall(pattern):
        scan.read(token)


def _endless(why: str) -> BadInput:
    return BadInput(f"This pattern could run for ever: {why}.", hint="Write a simpler one.", code="query")
