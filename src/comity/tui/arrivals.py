"""Reading a file (`I`): logs and folders of logs are imported, a plan is shown first and then applied."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from comity.desk import plans, runs
from comity.errors import NotFound
from comity.tui.glyphs import signed
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.confirm import Confirm, Sure

if TYPE_CHECKING:
    from comity.desk.imports import FileOutcome
    from comity.desk.plans import Applied

_SHOWN = 8


class AskPath(Confirm):
    """Asks which file."""

    LABEL = "file or folder"

    def __init__(self) -> None:
        told = [
            line(span("A log (.eval, .json), a folder of logs, or a plan (.toml).", "dim")),
            line(span("Names: where you started Comity, or a full path. Logs count for your institute.", "dim")),
        ]
        super().__init__(line(span("Read a file", "strong bold")), told, does="read")

    def wrong(self, typed: str) -> str:
        return "" if typed and Path(typed).expanduser().exists() else f"There is no «{typed}» here."


def read(app: App[None], typed: str) -> None:
    """Read what a person named; raises a refusal."""
    path = Path(typed).expanduser()
    if not path.exists():
        raise NotFound(f"there is no {path}", "write the path of a log, a plan or a folder of logs")
    if path.suffix == ".toml":
        _show_plan(app, path)
    else:
        app.run_worker(lambda: _import(app, path), thread=True, exit_on_error=False)


def _import(app: App[None], path: Path) -> None:
    """In a thread; each file is a line of news, the page is read again at the end."""

    def say(outcome: "FileOutcome") -> None:
        app.call_from_thread(host(app).say, f"{Path(outcome.file).name}: {outcome.outcome}")

    outcomes = runs.import_logs(host(app).desk, [path], on_progress=say)
    app.call_from_thread(_told, app, outcomes)


def _told(app: App[None], outcomes: "list[FileOutcome]") -> None:
    counts = Counter(outcome.outcome for outcome in outcomes)
    host(app).written()
    refused = [f"{Path(each.file).name}: {each.reason}" for each in outcomes if each.outcome == "refused"]
    said = ", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "no logs in it"
    host(app).say(" ".join([f"Read {len(outcomes)} files: {said}.", *refused]), "red" if refused else "notice")


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
        held = f" {len(plan.left)} records of it are not in the file; they stay."
        lines += [BLANK, (*signed("low", ""), span(held, "dim"))]
    return lines
