"""Results to stdout, all else to stderr: a table on a terminal, tab-separated lines in a pipe, JSON for scripts."""

import io
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from comity.cli.streams import written
from comity.domain.cells import guarded
from comity.domain.text import plain, plain_lines, sentence
from comity.domain.wording import words
from comity.errors import ComityError, Refused

WORD, GAP = 16, 2  # cells: a column is not made narrower than what is in it up to this; between columns
SHOWN = 20  # problems, before the rest is counted
AN_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # of the record that stands in the way


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    written(json_text(value), sys.stdout)


def json_text(value: Any) -> str:
    """JSON in which letters that steer a terminal stand as their numbers; it reads back as the same."""
    from msgspec import json

    text = json.encode(value).decode()
    return text if text.isprintable() else "".join(map(_numbered, text))


def _numbered(letter: str) -> str:
    if letter.isprintable():
        return letter
    units = letter.encode("utf-16-be").hex()
    return "".join(f"\\u{units[place : place + 4]}" for place in range(0, len(units), 4))


def print_lines(*lines: str) -> None:
    """Lines of text as a result."""
    for line in lines:
        written(plain(line), sys.stdout)


def print_text(text: str) -> None:
    """A text of several lines as it would stand in a file."""
    written(plain_lines(text), sys.stdout, end="")


def on_terminal() -> bool:
    """Whether the result is read by a person; a pipe is read by the next program."""
    return sys.stdout.isatty()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, wrapped: Collection[str] = ()) -> None:
    """A table for eyes, whose `wrapped` columns may take several lines, or a header and tab-separated lines."""
    texts = [["" if cell is None else plain(cell) for cell in row] for row in rows]
    if on_terminal():
        _print_rich(columns, texts, wrapped)
        return
    for row in (columns, *texts):
        written("\t".join(row), sys.stdout)


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV; a cell that a spreadsheet would take for a formula starts with an apostrophe."""
    import csv

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = ("" if cell is None else plain_lines(cell) for cell in row)
        writer.writerow(map(guarded, cells))
    written(text.getvalue(), sys.stdout, end="")


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]], wrapped: Collection[str]) -> None:
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    titles = [words(column) for column in columns]
    wide = [max(map(cell_len, cells)) for cells in zip(titles, *rows, strict=True)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    prose = [place for place, column in enumerate(columns) if column in wrapped]
    widths = _widths(wide, console.width, prose)
    for place, width in widths.items():
        table.add_column(Text(titles[place]), no_wrap=place not in prose, width=width)
    for row in rows:
        table.add_row(*(Text(row[place]) for place in widths))
    console.print(table)


def _widths(wide: Sequence[int], room: int, first: Collection[int]) -> dict[int, int]:
    """The columns that fit and their widths; the room that is left goes to the `first`, then from left to right."""
    needs = [width if place == 0 else min(width, WORD) for place, width in enumerate(wide)]
    kept = list(range(len(needs)))
    while len(kept) > 2 and sum(needs[place] + GAP for place in kept) > room:
        kept.pop(-2)
    widths = {place: needs[place] for place in kept}
    rest = room - sum(width + GAP for width in widths.values())
    for place in sorted(kept, key=lambda place: place not in first):
        more = max(0, min(wide[place] - needs[place], rest))
        widths[place] += more
        rest -= more
    return widths


def tell(message: str) -> None:
    """A sentence beside the result."""
    written(plain(message), sys.stderr)


def print_error(error: ComityError, *, as_json: bool) -> None:
    """An error: a sentence, each problem, what to do; or all of it as JSON."""
    if as_json:
        problems = [{"field": problem.field, "message": problem.message} for problem in error.problems]
        body = {"code": error.code, "message": error.message, "hint": error.hint, "problems": problems}
        written(json_text({"error": body}), sys.stderr)
        return
    tell(sentence(error.message))
    told = len(error.problems) == 1 and error.problems[0].message in error.message + error.hint
    shown = () if told else error.problems[:SHOWN]
    for problem in shown:
        named = problem.field and not AN_ID.fullmatch(problem.field)
        tell(f"  {problem.field}: {problem.message}" if named else f"  {problem.message}")
    if len(error.problems) > SHOWN:
        tell(f"  and {len(error.problems) - SHOWN} more; --json lists all of them")
    if error.hint:
        tell(sentence(error.hint))


def write_new(path: Path, data: str | bytes) -> None:
    """A file of the owner alone that was not there before."""
    from comity.home import new_file

    try:
        with new_file(path) as file:
            file.write(data.encode() if isinstance(data, str) else data)
    except FileExistsError:
        raise Refused(f"There is a file {path} already.", hint="Name another one.", code="file_exists") from None


@contextmanager
def progress(title: str, total: int | None = None, *, quiet: bool) -> Iterator[Callable[[object], None]]:
    """A bar for long work, on a terminal only; what it yields is called once for each thing that is done."""
    if quiet or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.advance(task)
