"""What a person wrote as TOML, read within bounds: a file of theirs can be of any size and shape."""

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from comity.errors import BadInput, NotFound, Problem

LARGEST: Final = 5_000_000
DEEPEST: Final = 20
# tomllib takes quadratic time over the parts of one key
_LONG_KEY: Final = re.compile(
    r"""(?:^|[\[{,])[ \t]*+(?:(?:[\w-]++|"[^"\n]*"|'[^'\n]*')[ \t]*+\.[ \t]*+){100}""", re.MULTILINE
)


def read_toml(path: Path, hint: str) -> tuple[dict[str, Any], str]:
    """The tables of a TOML file and its text. Raises NotFound or BadInput."""
    text = _text(path, hint)
    if found := _LONG_KEY.search(text):
        line = text.count("\n", 0, found.end()) + 1
        raise refuse(path, hint, [Problem("file", f"line {line}: a key has no hundred parts")])
    try:
        tables = tomllib.loads(text)
        problems = [Problem(place, f"{place}: {why}") for place, why in _unfit("", tables, 0)]
    except RecursionError:
        raise refuse(path, hint, [Problem("file", "is nested too deep")]) from None
    except tomllib.TOMLDecodeError as error:
        raise refuse(path, hint, [Problem("file", str(error))]) from None
    except ValueError:
        raise refuse(path, hint, [Problem("file", "a number has more digits than can be read")]) from None
    if problems:
        raise refuse(path, hint, problems)
    return tables, text


def _text(path: Path, hint: str) -> str:
    if not path.is_file():
        raise NotFound(f"no file {path}", "give the path of a file (.toml)")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse(path, hint, [Problem("file", f"line {line} is not UTF-8; save the file as UTF-8")]) from None
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}", "see who may read it") from None
    if len(content) > LARGEST:
        raise refuse(path, hint, [Problem("file", f"is larger than {LARGEST // 1_000_000} MB")])
    return text


def refuse(path: Path, hint: str, problems: Sequence[Problem]) -> BadInput:
    """One error over everything that is wrong in a file."""
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return BadInput(f"{path.name}: {problems[0].message}{more}", hint, problems)


def _unfit(place: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if depth > DEEPEST:
        yield place, "is nested too deep"
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
