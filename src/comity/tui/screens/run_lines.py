"""How a run is drawn: as a line of the board, in full under it, in three lines where it is narrow."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from comity.desk.pages.runboard import ClassLine, RunLine, RunSheet
from comity.domain.when import show_age, show_moment
from comity.domain.wording import amount, words
from comity.tui.glyphs import GLYPHS, meter, sign, signed
from comity.tui.spans import BLANK, Line, Span, fit, keyed, line, pair, span
from comity.tui.widgets.source import Column, Row

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.domain.runs import Deviation

COLUMNS: Final = (
    Column("run", 4),
    Column("house", 9),
    Column("system", 10, pinched=True),
    Column("task", 14, pinched=True),
    Column("status, with age", 31, grows=True),
    Column("progress", 14, 3),
    Column("validity", 14),
    Column("rel.", 5, 2),
)
FEW_COLUMNS: Final = (
    Column("run", 4),
    Column("house", 9),
    Column("system", 7, pinched=True),
    Column("task", 9, pinched=True),
    Column("status, with age", 29, grows=True),
    Column("progress", 14, 3),
    Column("validity", 12),
    Column("rel.", 5, 2),
)
_METER: Final = 8
_RELEASE: Final = {"requested": "req.", "released": "out", "retracted": "back"}
_WORDS: Final = 30


def run_row(told: RunLine) -> Row:
    """A run as a line of the board."""
    run = told.run
    code = span(run.label or run.id[-6:], "bold")
    return Row(
        run.id,
        (
            line(code),
            line(span(run.institute, "")),
            line(told.system),
            line(told.task),
            status(told),
            progress(told),
            signed(told.validity, told.word) if told.word else BLANK,
            line(span(_RELEASE.get(run.release_state, run.release_state), "dim")) if run.header else BLANK,
        ),
        sign=(sign("conflict"),) if run.conflicts else BLANK,
        marking=run.marking,
        synthetic=run.synthetic,
        value=run,
    )


def shortened(told: RunLine) -> RunLine:
    """The same run in fewer words, for FEW_COLUMNS: its age stays, what is said after a comma goes."""
    alarm = "" if told.run.validity == "void" else told.alarm.replace("last word", "heard")
    word = told.validity if told.validity == "deviated" else told.word
    return replace(told, age=told.age.partition(",")[0].replace("last word", "heard"), alarm=alarm, word=word)


def status(told: RunLine) -> Line:
    """Where the run is, since when, and what about that is wrong."""
    run = told.run
    glyph = GLYPHS.get(run.execution_status)
    void = run.validity == "void"
    role = "dim" if void or run.execution_status in ("cancelled", "planned") else ""
    mark = (Span(glyph.sign, "dim" if void else glyph.role), Span(" ")) if glyph else ()
    alarm = "red" if told.validity == "stand_down" or told.alarm.startswith("no ") else "amber bold"
    parts = [span(words(run.execution_status), role)]
    if told.age:
        parts.append(span(f" · {told.age}", "dim"))
    if told.alarm:
        joint = ", " if void else " " if told.validity == "stand_down" else " · "
        parts.append(span(f"{joint}{told.alarm}", "dim" if void else alarm))
    return (*mark, *parts)


def progress(told: RunLine) -> Line:
    """How much of the run is done."""
    run = told.run
    done, whole = run.completed_samples, run.total_samples
    if not whole:
        return (Span("─" * _METER, "rule"),)
    role = "amber" if told.alarm and run.execution_status == "running" else "green"
    role = "dim" if run.validity == "void" or run.execution_status == "cancelled" else role
    return (*meter(done or 0, whole, _METER, role), span(f" {done or 0}/{whole}", "dim"))


def run_full(desk: "Desk", sheet: RunSheet, cells: int) -> list[Line]:
    """The run under the board: what it is, its protocol, the words heard; what is to do and to decide."""
    third = max(30, (cells - 4) // 3)
    columns = (_facts(desk, sheet), _against(sheet), _words(desk, sheet))
    rows = zip_longest(*columns, fillvalue=BLANK)
    body = [
        (*fit(a, third + 4), Span("  "), *fit(b, third - 2), Span("  "), *fit(c, max(10, cells - 2 * third - 6)))
        for a, b, c in rows
    ]
    return [*body, BLANK, _todo(sheet), *_to_decide(sheet)]


def run_beside(desk: "Desk", sheet: RunSheet, cells: int) -> list[Line]:
    """Its protocol and the words heard, side by side; then what is to do."""
    half = max(30, cells // 2)
    rows = zip_longest(_against(sheet), _words(desk, sheet), fillvalue=BLANK)
    body = [(*fit(a, half - 1), Span(" "), *fit(b, max(10, cells - half))) for a, b in rows]
    return [*body, BLANK, _todo(sheet)]


def run_few(desk: "Desk", sheet: RunSheet) -> list[Line]:
    """The run in three lines."""
    run = sheet.line.run
    heard = show_moment(run.last_word_at, desk.today) if run.last_word_at else "no word yet"
    done = f", {run.completed_samples} of {run.total_samples}" if run.total_samples else ""
    version = f"Against protocol v{sheet.protocol.version}: " if sheet.protocol else "No frozen protocol "
    parts: list[Span] = [span(version, "dim")]
    for each in sheet.classes:
        mark, role = _mark(each)
        note = f" {len(each.departed)}" if each.departed else ""
        parts += [span(f"{each.name} "), Span(f"{mark}{note}  ", role)]
    return [
        line(span(run.label, "strong bold"), span(f"  {sheet.line.task}, last word {heard}{done}", "")),
        tuple(parts),
        _todo(sheet),
    ]


def _facts(desk: "Desk", sheet: RunSheet) -> list[Line]:
    run, told = sheet.line.run, sheet.line
    lines: list[Line] = [
        line(span(run.label, "strong bold"), span(f"  {run.institute} · {told.system} · {told.task}", "dim"))
    ]
    shown = (
        ("source says", f"{run.source_status} (verbatim)" if run.source_status else ""),
        ("started", show_moment(run.started_at, desk.today) if run.started_at else ""),
        ("last word", show_moment(run.last_word_at, desk.today) if run.last_word_at else "none yet"),
        ("owner", sheet.owner or "nobody"),
        ("remark", run.remark),
    )
    stale = "amber" if told.alarm and run.execution_status == "running" else ""
    return lines + [pair(label, value, 11, stale if label == "last word" else "") for label, value in shown if value]


def _against(sheet: RunSheet) -> list[Line]:
    if sheet.protocol is None:
        return [line(span("No frozen protocol", "dim bold"))]
    lines: list[Line] = [line(span(f"Against protocol v{sheet.protocol.version}", "dim bold"))]
    if not sheet.line.run.header:
        return [*lines, line(span("no log yet", "dim italic"))]
    for each in sheet.classes:
        mark, role = _mark(each)
        met = line(Span(mark, role), span(f" {each.name:<13}"), span(f"{each.met} of {each.total}", "dim"))
        if each.unreported and not each.departed:
            met = (*met[:-1], span(f"{len(each.unreported)} not reported", "amber"))
        elif each.departed:
            met = (*met, span(f"  {each.departed[0][0]} {_shown(each.departed[0][2])}", "amber"))
        lines.append(met)
    return lines


def _mark(each: ClassLine) -> tuple[str, str]:
    if each.departed:
        return "≠", "amber"
    return ("?", "amber") if each.unreported else ("✓", "green") if each.total else ("–", "dim")


def _shown(value: Any) -> str:
    return amount(str(value)) if value is not None else "no limit"


def _words(desk: "Desk", sheet: RunSheet) -> list[Line]:
    lines: list[Line] = [line(span("Words heard", "dim bold"))]
    lines += [
        line(span(f"{show_moment(each.at, desk.today).removesuffix(' UTC')} ", "dim"), span(each.text))
        for each in sheet.heard[-4:]
    ]
    if sheet.silence and sheet.line.alarm:
        lines.append(line(span(f"┄┄┄┄┄┄┄┄ silence, {show_age(sheet.silence)} ┄┄┄", "amber")))
    return lines if len(lines) > 1 else [*lines, line(span("none yet", "dim italic"))]


def _todo(sheet: RunSheet) -> Line:
    run = sheet.line.run
    if run.execution_status in ("running", "paused", "queued") and sheet.line.alarm:
        return line(
            span("Lost is a person's decision: ", "dim"),
            *keyed(("t", "step"), ("c", f"ask {run.institute}"), ("I", "read a log")),
        )
    if sheet.open:
        return keyed(("d", "decide"), ("=", "compare with the marked run"), ("c", f"ask {run.institute}"))
    return keyed(("t", "step"), ("=", "compare with the marked run"), ("c", f"note to {run.institute}"))


def _to_decide(sheet: RunSheet) -> Sequence[Line]:
    if not sheet.open:
        return ()
    lines = [BLANK, line(Span("Deviations to decide", "amber bold"), span(f"  {len(sheet.open)}", "dim"))]
    return [*lines, *(_deviation(sheet.line.run.label, each) for each in sheet.open[:4])]


def _deviation(label: str, each: "Deviation") -> Line:
    return line(
        sign("deviated"),
        span(f" {label:<5}", "bold"),
        span(f"{each.field_class:<13}", "dim"),
        span(f"{words(each.setting):<16}"),
        span("protocol ", "dim"),
        span(f"{amount(each.expected):<8}"),
        span("run ", "dim"),
        span(f"{amount(each.actual):<8}", "amber"),
        span("accept with a reason, or void", "dim"),
    )
