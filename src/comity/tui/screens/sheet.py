"""A record as lines, in the order of every record page: checks, what it is, who and when, related, history."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from comity.desk import asking, names
from comity.desk.history import history
from comity.domain import when
from comity.domain.facet import Shape
from comity.domain.record import Record, facets
from comity.domain.wording import words
from comity.tui.deriving import cell, marking_role, said
from comity.tui.glyphs import sign
from comity.tui.spans import BLANK, Line, Span, line, span

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.domain.checks.check import Check

_SHORT = 12
_FEW = 6
_LABEL = 11


def summary(desk: "Desk", record: Record, checks: Sequence["Check"] = ()) -> list[Line]:
    """The record in a panel: as much as helps beside a list."""
    return [
        *headline(desk, record),
        *about(checks),
        BLANK,
        *fields(desk, record, most=_SHORT),
        BLANK,
        *who(desk, record),
        *past(desk, record, _FEW),
    ]


def whole(desk: "Desk", record: Record, checks: Sequence["Check"] = ()) -> list[Line]:
    """The record as its page tells it, up to what is related."""
    return [*about(checks), *([BLANK] if checks else []), *fields(desk, record), BLANK, *who(desk, record)]


def headline(desk: "Desk", record: Record) -> list[Line]:
    """What it is called and what it is."""
    name = names.name(record) if names.code(record) else ""
    first = (span(said(desk, record), "strong bold"), span(f"  {words(record.noun)}", "dim"))
    return [first, *([line(name)] if name and name != names.code(record) else [])]


def about(checks: Iterable["Check"]) -> list[Line]:
    """What is wrong with it."""
    return [line(sign(check.severity), span(f" {check.text}")) for check in checks]


def fields(desk: "Desk", record: Record, most: int | None = None) -> list[Line]:
    """Its fields with a value, label before value; a value in conflict says so."""
    kind = type(record)
    shown = ("marking", "synthetic", kind.code_field, kind.name_field)
    names = [name for name, facet in facets(kind).items() if name not in shown and facet.shape is not Shape.FACTS]
    texts = asking.texts(desk, record, names)
    lines: list[Line] = []
    for name in [name for name in names if texts[name]][:most]:
        facet = facets(kind)[name]
        value = cell(kind, name, getattr(record, name), texts[name])
        value = tuple(Span(part.text, "" if facet.shape is not Shape.CHOICE else part.role) for part in value)
        fork = (Span("  ⇄ two values, to settle", "violet"),) if name in record.conflicts else ()
        lines.append((span(f"{facet.label.lower():<{_LABEL}}", "dim"), Span(" "), *value, *fork))
    return lines


def who(desk: "Desk", record: Record) -> list[Line]:
    """Who may see it, who made and changed it."""
    members = ", ".join(asking.members(desk, record.group))
    changed = record.updated_at
    lines = [
        line(span("Record", "dim bold")),
        _pair("group", asking.group_name(desk, record.group)),
        _pair("seen by", members),
        (span(f"{'marking':<{_LABEL}} ", "dim"), span(record.marking, marking_role(record.marking))),
    ]
    if changed:
        told = f"{when.show_day(changed.date(), desk.today)} by {record.updated_by}, {record.updated_institute}"
        lines.append(_pair("changed", told))
    return lines


def past(desk: "Desk", record: Record, most: int) -> list[Line]:
    """The last acts on it, newest first."""
    entries = list(history(desk, record))[::-1][:most]
    lines = [BLANK, line(span("History", "dim bold"))] if entries else []
    for entry in entries:
        what = ", ".join(map(words, entry.fields[:3])) or "retired"
        what = entry.reason or what
        lines.append(line(span(f"{when.show_day(entry.at.date(), desk.today):>6} ", "dim"), span(what)))
    return lines


def _pair(label: str, value: str) -> Line:
    return (span(f"{label:<{_LABEL}} ", "dim"), span(value))
