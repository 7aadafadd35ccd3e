"""Sheets by the app: which kind the rows are, what they would do line by line, then doing it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from comity.desk.desk import beside
from comity.desk.files import sheets
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.wording import some, words
from comity.importers.sheet import read_sheet
from comity.importers.sheet_map import SheetMap, fields_of
from comity.tui.glyphs import signed
from comity.tui.session import host
from comity.tui.spans import Line, line, span
from comity.tui.trip import Trip
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.confirm import Sure

if TYPE_CHECKING:
    from comity.desk.files.sheets import RowOutcome

_SHOWN = 8


def choose(app: App[None], path: Path) -> None:
    """Ask what each row is: the kinds that have a field for every heading."""
    columns = read_sheet(path).columns
    fits = [kind.noun for kind in KINDS if kind.noun != "group" and not fields_of(columns, kind, SheetMap())[1]]
    options = [
        Option(str(place) if place < 10 else "", words(BY_NOUN[noun].plural), "", noun)
        for place, noun in enumerate(fits or [kind.noun for kind in KINDS], 1)
    ]
    note = "every heading is a field of these" if fits else "no kind has all its headings; --map tells what they mean"
    title = line(span("Sheet  ", "strong bold"), span(path.name), span(f"   each row is one of ... {note}", "dim"))

    def chose(option: Option | None) -> None:
        if option:
            host(app).attempt(lambda: _show(app, path, str(option.answer)))

    app.push_screen(Menu(title, options), chose)


def _show(app: App[None], path: Path, noun: str) -> None:
    outcomes = sheets.import_sheet(host(app).desk, path, noun, dry_run=True)
    title = line(span("Sheet  ", "strong bold"), span(path.name), span(f"   {words(BY_NOUN[noun].plural)}", "dim"))
    asked = Sure(title, _told(outcomes), does="take them in")
    app.push_screen(asked, lambda yes: None if yes is None else _import(app, path, noun))


def _told(outcomes: "list[RowOutcome]") -> list[Line]:
    counts = sheets.counted(outcomes)
    lines = [line(f"{some(len(outcomes), 'row')}: {_counted(counts)}.")]
    problems = [problem for each in outcomes for problem in each.problems]
    lines += [line(*signed("high", f"{words(each.field)}: {each.message}")) for each in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(line(span(f"and {len(problems) - _SHOWN} more", "dim")))
    return lines


def _import(app: App[None], path: Path, noun: str) -> None:
    def read() -> "list[RowOutcome]":
        with beside(host(app).desk) as own:
            return sheets.import_sheet(own, path, noun)

    host(app).depart(Trip("reading rows", lambda tell, agree: read(), partial(_done, app, path)))


def _done(app: App[None], path: Path, outcomes: "list[RowOutcome]") -> None:
    counts = sheets.counted(outcomes)
    host(app).written()
    host(app).say(f"{path.name}: {_counted(counts)}.", "red" if counts["refused"] else "notice")


def _counted(counts: "dict[sheets.Outcome, int]") -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items() if count) or "no rows"
