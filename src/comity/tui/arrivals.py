"""Reading a file (`I`): what it is, is seen from what is in it; what it would do is shown, then done."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App
from textual.widgets import Input

from comity.desk.carriers import acknowledging
from comity.desk.desk import beside
from comity.desk.files import imports, plans, recognizing
from comity.domain.wording import listed, some
from comity.errors import Refused
from comity.tui import parcels, rows_in
from comity.tui.glyphs import signed
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.confirm import Confirm, Sure

if TYPE_CHECKING:
    from comity.desk.files.imports import FileOutcome
    from comity.desk.files.plans import Applied

_SHOWN = 8


class AskPath(Confirm):
    """Asks which file."""

    LABEL = "file, folder or code"

    def __init__(self, waiting: str = "") -> None:
        self._waiting = waiting  # offered to be read
        told = [
            line(span("A bundle, a receipt, a plan, a sheet, a log or a folder of logs;", "dim")),
            line(span("or the code that a partner reads out. Logs count for your institute.", "dim")),
        ]
        super().__init__(line(span("Read a file", "strong bold")), told, does="read")

    def on_mount(self) -> None:
        self.query_one(Input).value = self._waiting

    def wrong(self, typed: str) -> str:
        there = typed and (Path(typed).expanduser().exists() or acknowledging.CODE.fullmatch(typed))
        return "" if there else f"There is no «{typed}» here."


def read(app: App[None], typed: str) -> None:
    """Read what a person named; raises a refusal."""
    path = Path(typed).expanduser()
    if not path.exists():
        _taken(app, typed)
        return
    what = recognizing.sort(path)
    if what == "bundle":
        parcels.show(app, path)
    elif what == "receipt":
        _taken(app, str(path))
    elif what == "plan":
        _show_plan(app, path)
    elif what == "sheet":
        rows_in.choose(app, path)
    elif what == "card":
        raise Refused(f"{path.name} is the card of a device", f"`comity device add {path}` compares its words")
    else:
        app.run_worker(lambda: _import(app, path), thread=True, exit_on_error=False)


def _taken(app: App[None], told: str) -> None:
    """Note what others say to hold."""
    found = acknowledging.take(host(app).desk, told)
    who = listed(sorted({f"{each.institute} {each.called}" for each in found})) or "Nobody"
    lacks = sum(each.lacks_ours for each in found)
    host(app).arrived()
    host(app).say(f"Noted: {who} {'lack' if len(found) > 1 else 'lacks'} {lacks} of ours now.", "notice")


def _import(app: App[None], path: Path) -> None:
    """In a thread; each file is a line of news, the page is read again at the end."""

    def say(outcome: "FileOutcome") -> None:
        app.call_from_thread(host(app).say, f"{Path(outcome.file).name}: {outcome.outcome}")

    with beside(host(app).desk) as own:
        outcomes = imports.import_logs(own, [path], on_progress=say)
    app.call_from_thread(_told, app, outcomes)


def _told(app: App[None], outcomes: "list[FileOutcome]") -> None:
    counts = Counter(outcome.outcome for outcome in outcomes)
    host(app).written()
    refused = [f"{Path(each.file).name}: {each.reason}" for each in outcomes if each.outcome == "refused"]
    said = ", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "no logs in it"
    host(app).say(" ".join([f"Read {some(len(outcomes), 'file')}: {said}.", *refused]), "red" if refused else "notice")


def _show_plan(app: App[None], path: Path) -> None:
    """What applying the plan would do; nothing is written until `ctrl+s`."""
    plan = plans.apply(host(app).desk, path, dry_run=True)
    title = line(span("Plan  ", "strong bold"), span(plan.exercise or path.name))
    app.push_screen(Sure(title, _deeds(plan), does="apply"), lambda yes: _apply(app, path) if yes is not None else None)


def _apply(app: App[None], path: Path) -> None:
    def act() -> None:
        plan = plans.apply(host(app).desk, path)
        host(app).written()
        host(app).say(f"Applied {path.name}: {plan.count('add')} added, {plan.count('change')} changed", "notice")

    host(app).attempt(act)


def _deeds(plan: "Applied") -> list[Line]:
    told = [deed for deed in plan.deeds if deed.act != "unchanged"]
    lines = [
        line(f"{plan.count('add')} to add, {plan.count('change')} to change, {plan.count('unchanged')} as they are")
    ]
    for deed in told[:_SHOWN]:
        fields = f"  {', '.join(deed.fields)}" if deed.fields and deed.act == "change" else ""
        lines.append(
            line(
                Span("+ " if deed.act == "add" else "~ ", "accent"),
                span(f"{deed.noun} {deed.name}"),
                span(fields, "dim"),
            )
        )
    if len(told) > _SHOWN:
        lines.append(line(span(f"and {len(told) - _SHOWN} more", "dim")))
    if plan.left:
        held = f" Not in the file, and left as it is: {some(len(plan.left), 'record')}."
        lines += [BLANK, (*signed("low", ""), span(held, "dim"))]
    return lines
