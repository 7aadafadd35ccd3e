"""Results to stdout, all else to stderr: a table on a terminal, tab-separated lines in a pipe, JSON for scripts."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from comity.domain.text import plain, plain_lines
from comity.errors import ComityError

SHOWN = 20  # problems, before the rest is counted
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def print_json(value: Any) -> None:
    """One JSON document on one line."""
    from msgspec import json

    print(json.encode(value).decode())


def print_lines(*lines: str) -> None:
    """Lines of text as a result."""
    for line in lines:
        print(plain(line))


def print_text(text: str) -> None:
    """A text of several lines as it would stand in a file."""
    print(plain_lines(text), end="")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table for eyes, or a header and tab-separated lines for the next program."""
    texts = [["" if cell is None else plain(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(columns, texts)
        return
    print("\t".join(columns))
    for row in texts:
        print("\t".join(row))


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """CSV; a cell that a spreadsheet would take for a formula starts with an apostrophe."""
    import csv

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        cells = ("" if cell is None else plain_lines(cell) for cell in row)
        writer.writerow(f"'{cell}" if cell.startswith(FORMULA) else cell for cell in cells)


def _print_rich(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(Text(column.replace("_", " ")))
    for row in rows:
        table.add_row(*map(Text, row))
    Console().print(table)


def tell(message: str) -> None:
    """A sentence beside the result."""
    print(plain(message), file=sys.stderr)


def print_error(error: ComityError, *, as_json: bool) -> None:
    """An error: a sentence, each problem, what to do; or all of it as JSON."""
    if as_json:
        from msgspec import json

        problems = [{"field": problem.field, "message": problem.message} for problem in error.problems]
        body = {"code": error.code, "message": error.message, "hint": error.hint, "problems": problems}
        print(json.encode({"error": body}).decode(), file=sys.stderr)
        return
    tell(_sentence(error.message))
    shown = error.problems[:SHOWN] if len(error.problems) > 1 else ()
    for problem in shown:
        tell(f"  {problem.field}: {problem.message}" if problem.field else f"  {problem.message}")
    if len(error.problems) > SHOWN:
        tell(f"  and {len(error.problems) - SHOWN} more; --json lists all of them")
    if error.hint:
        tell(_sentence(error.hint))


def _sentence(text: str) -> str:
    """The text as a sentence; a first word that is a name of something stays as it is."""
    start = text[:1].upper() if text.partition(" ")[0].isalpha() else text[:1]
    return f"{start}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


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
