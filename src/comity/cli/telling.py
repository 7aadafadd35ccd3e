"""Records and their history as lines for a person."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from comity.cli.output import print_json, print_lines, print_table
from comity.domain.record import Record, encode, facets

if TYPE_CHECKING:
    from comity.desk.desk import Desk


def print_record(desk: "Desk", record: Record) -> None:
    """Everything about a record: what is wrong first, then what it is, who and when, what follows from it."""
    print_lines(*_lines(desk, record))


def _lines(desk: "Desk", record: Record) -> Iterator[str]:
    from comity.desk import asking, checking

    yield f"{asking.ref(desk, record)}  {record.marking}{'  SYNTHETIC' if record.synthetic else ''}"
    if record.retired:
        yield "retired"
    for name in record.conflicts:
        yield f"in conflict: {name}"
    for flag in record.flags:
        yield f"flagged: {flag}"
    fields = facets(type(record))
    for name, text in asking.texts(desk, record, (name for name in fields if name != "header")).items():
        if text:
            yield f"  {fields[name].label}: {text}"
    if header := getattr(record, "header", None):
        yield f"  {fields['header'].label}: {len(header)} facts; --json prints them"
        yield from _simple(header)
    if facts := checking.facts_of(desk, record.id):
        yield f"  is: {', '.join(facts)}"
    yield f"  group: {asking.group_name(desk, record.group)}"
    yield f"  created: {encode(record.created_at)} by {record.created_by}, {record.created_institute}"
    yield f"  updated: {encode(record.updated_at)} by {record.updated_by}, {record.updated_institute}"
    yield f"  id: {record.id}"


def _simple(header: dict[str, Any]) -> Iterator[str]:
    """The facts of a log that are one value each, and its metrics."""
    for name, value in header.items():
        if isinstance(value, str | int | float) and value != "":
            yield f"    {name}: {value}"
    for each in header.get("metrics") or ():
        if isinstance(each, dict):
            yield f"    {each.get('score')} {each.get('metric')}: {each.get('value')} ± {each.get('stderr')}"


def moves(desk: "Desk", before: Record, after: Record, names: Iterable[str]) -> list[str]:
    """Fields with the value before and after, in words."""
    from comity.desk import asking

    told = list(names)
    was, now = asking.texts(desk, before, told), asking.texts(desk, after, told)
    return [f"{name}: {was[name] or 'empty'} -> {now[name] or 'empty'}" for name in told]


def print_history(desk: "Desk", record: Record, *, as_json: bool) -> None:
    """Who changed what and why, the create first."""
    from comity.desk.history import history
    from comity.desk.retelling import retold

    entries = history(desk, record)
    if as_json:
        print_json({"items": [_entry(entry) for entry in entries]})
        return
    rows = [
        (encode(entry.at), entry.by, entry.institute, each.field, each.before, each.after, entry.reason)
        for entry in entries
        for each in retold(desk, record, entry)
    ]
    print_table(("at", "by", "institute", "field", "from", "to", "reason"), rows, wrapped=("from", "to", "reason"))


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "at": encode(entry.at),
        "by": entry.by,
        "institute": entry.institute,
        "device": entry.device,
        "reason": entry.reason,
        "changes": {name: {"from": encode(old), "to": encode(new)} for name, (old, new) in entry.changes.items()},
    }
