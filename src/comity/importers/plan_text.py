"""The text of a plan file: read within bounds, and where in it a table or key stands."""

import math
import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from comity.errors import BadInput, NotFound, Problem

LARGEST: Final = 5_000_000
DEEPEST: Final = 20
_HINT: Final = "`comity export plan EXERCISE` writes a file that can be read back"

# strings and comments are masked, so that a text that looks like a header is not taken for one
_MASKED: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*+'|#[^\n]*+", re.DOTALL
)
# tomllib takes quadratic time over the parts of one key
_LONG_KEY: Final = re.compile(
    r"""(?:^|[\[{,])[ \t]*+(?:(?:[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*+\.[ \t]*+){100}""", re.MULTILINE
)
_HEADER: Final = re.compile(
    r"^[ \t]*+\[\[?+[ \t]*+([\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+)[ \t]*+\]", re.MULTILINE | re.ASCII
)


def refuse(path: Path, problems: Sequence[Problem]) -> BadInput:
    """One error over everything that is wrong in a file."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return BadInput(f"{path.name}: {problems[0].message}{more}", _HINT, problems)


def read_toml(path: Path) -> tuple[dict[str, Any], "Lines"]:
    """The tables of a TOML file and their lines. Raises NotFound or BadInput."""
    text = _text(path)
    if found := _LONG_KEY.search(text):
        line = text.count("\n", 0, found.end()) + 1
        raise refuse(path, [Problem("file", f"line {line}: a key has no hundred parts")])
    try:
        tables = tomllib.loads(text)
        problems = [Problem(place, f"{place}: {why}") for place, why in _unfit("", tables, 0)]
    except RecursionError:
        raise refuse(path, [Problem("file", "is nested deeper than any plan")]) from None
    except tomllib.TOMLDecodeError as error:
        raise refuse(path, [Problem("file", str(error))]) from None
    except ValueError:
        raise refuse(path, [Problem("file", "a number has more digits than can be read")]) from None
    if problems:
        raise refuse(path, problems)
    return tables, Lines.of(text)


def _text(path: Path) -> str:
    if not path.is_file():
        raise NotFound(f"no file {path}", "give the path of a plan file (.toml)")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse(path, [Problem("file", f"line {line} is not UTF-8; save the file as UTF-8")]) from None
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}", "see who may read it") from None
    if len(content) > LARGEST:
        raise refuse(path, [Problem("file", f"is larger than {LARGEST // 1_000_000} MB; split it")])
    return text


def _unfit(place: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        yield place, "is nested deeper than any plan"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _unfit(f"{place}.{key}" if place else key, each, depth + 1)
    elif isinstance(value, list):
        for each in value:
            yield from _unfit(place, each, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        yield place, f"{value} is no number that can be kept"
    elif isinstance(value, int) and abs(value) >= 2**63:
        yield place, "the number is too large to be kept"


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the tables of a TOML text stand; tomllib keeps no positions."""

    masked: str
    ends: tuple[int, ...]
    tables: Mapping[str, tuple[tuple[int, int], ...]]  # name -> start and end of each, sub-tables included

    @classmethod
    def of(cls, text: str) -> "Lines":
        """The lines of a text that is known to be TOML."""
        masked = _MASKED.sub(lambda match: '"' + "\n" * match[0].count("\n"), text)
        found = [(re.sub(r"\s", "", match[1]), match.start()) for match in _HEADER.finditer(masked)]
        heads = [(name, start) for name, start in found if "." not in name]
        stops = [*(start for _, start in heads[1:]), len(masked)]
        tables: dict[str, list[tuple[int, int]]] = {}
        for (name, start), stop in zip(heads, stops, strict=False):
            tables.setdefault(name, []).append((start, stop))
        ends = tuple(match.start() for match in re.finditer("\n", masked))
        return cls(masked, ends, {name: tuple(places) for name, places in tables.items()})

    def line(self, table: str, number: int = 0, key: str = "") -> int | None:
        """The line of a key in the n-th table of a name; of the table itself where the key is not found in it."""
        here = self.tables.get(table, ())
        if number >= len(here):
            return self._key(table, 0, len(self.masked))
        start, stop = here[number]
        found = self._key(key, start, stop) if key else None
        return found or self._at(start)

    def _key(self, key: str, start: int, stop: int) -> int | None:
        """The line of `key =`, or of a sub-table or a table inside braces of that name."""
        pattern = re.compile(rf"(?:^[ \t]*+(?:\[.*\.)?|[{{,.][ \t]*+){re.escape(key)}[ \t]*+[]=.]", re.MULTILINE)
        found = pattern.search(self.masked, start, stop)
        return self._at(found.start()) if found else None

    def _at(self, position: int) -> int:
        return bisect_right(self.ends, position - 1) + 1 if position else 1
