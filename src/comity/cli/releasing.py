"""What partners see, and what is released to them: preview, tearline."""

from typing import TYPE_CHECKING, cast

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.listing import joined
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.cli.previews import holding_json, said_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from comity.desk.desk import Desk
    from comity.desk.members.releasing import Release


@click.command(
    "preview",
    cls=Verb,
    epilog="Example: comity preview --as US-CAISI run is:stale",
    context_settings={"ignore_unknown_options": True},
)
@click.option("--as", "institute", required=True, metavar="INSTITUTE", help="Through whose eyes.")
@click.argument("noun", default="", metavar="[KIND]")
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY]...")
@pass_call
def preview(call: Call, institute: str, noun: str, query: tuple[str, ...]) -> None:
    """What an institute can hold now: of each kind how many, or the records of one kind."""
    with opened_desk(call) as desk:
        _tell_unknown(call, desk, institute)
        if noun:
            _print_records(call, desk, institute, noun.replace("-", "_"), joined(query))
        else:
            _print_groups(call, desk, institute)


def _tell_unknown(call: Call, desk: "Desk", institute: str) -> None:
    """A slip of the pen must not look like an institute that sees nothing."""
    from comity.desk import asking

    known = {str(each.code) for each in asking.records(desk, "institute")}  # type: ignore[attr-defined]
    known |= {member for group in desk.store.groups() for member in asking.members(desk, group)}
    if institute not in known and not call.quiet:
        tell(f"No institute that is known here is called {institute}; `comity institute list` lists them.")


@click.command("tearline", cls=Verb, epilog="Example: comity tearline F3 --to UKUS --fields title,exercise,category")
@click.argument("ref", metavar="REF")
@click.option("--to", required=True, metavar="GROUP", help="The group whose members get the copy.")
@click.option("--fields", required=True, metavar="A,B", help="What may leave; all else stays behind.")
@click.option("--marking", default="", metavar="MARKING", help="Of the copy; that of the record if none is given.")
@click.option("--reason", default="", metavar="TEXT", help="Why; a lower marking needs one.")
@click.option("--dry-run", is_flag=True, help="Say what would leave, write nothing.")
@pass_call
def tearline(call: Call, ref: str, to: str, fields: str, marking: str, reason: str, dry_run: bool) -> None:
    """Release chosen fields of a record as a new one in another group. The copy does not point back.

    A disclosure for each institute that gets it is kept beside the original. What has left cannot be unsent.
    """
    from comity.desk import asking, telling
    from comity.desk.members import releasing

    with opened_desk(call) as desk:
        chosen = [name.strip() for name in fields.split(",") if name.strip()]
        seen = releasing.release(desk, asking.find(desk, ref), to, chosen, marking, reason)
        lines = list(_lines(desk, seen))
        if dry_run:
            told = {"ref": seen.ref, "group": seen.group_name, "recipients": list(seen.recipients)}
            back = {"marking": seen.marking, "fields": sorted(seen.values), "kept_back": list(seen.kept_back)}
            if call.as_json:
                print_json({**told, **back})
            else:
                print_lines(*lines)
            return
        said_beside(call, lines)
        agree("What has left cannot be unsent. Release it?", seen.group_name, yes=call.yes)
        made, kept = releasing.tear(desk, seen, reason)
        if call.as_json:
            print_json({**telling.as_json(desk, made), "disclosures": [each.id for each in kept]})
        else:
            print_lines(made.id)


@click.command("retract", cls=Verb, epilog="Example: comity disclosure retract US-CAISI --reason 'wrong figure'")
@click.argument("ref", metavar="REF")
@click.option("--reason", required=True, metavar="TEXT", help="Why; who got it reads this.")
@pass_call
def retract(call: Call, ref: str, reason: str) -> None:
    """Ask for a released copy back: it is retired in its group. What was read or exported is not unsent by that."""
    from comity.desk import asking, telling
    from comity.desk.members import releasing
    from comity.domain.sharing import Disclosure

    with opened_desk(call) as desk:
        asked = releasing.retract(desk, cast(Disclosure, asking.find(desk, ref, "disclosure")), reason)
        if call.as_json:
            print_json(telling.as_json(desk, asking.find(desk, ref, "disclosure")))
    if not call.quiet and not call.as_json:
        tell(f"Asked: {', '.join(asked)}. Keep their answers: comity disclosure set {ref} --retraction TEXT")


def _lines(desk: "Desk", seen: "Release") -> "Iterator[str]":
    from comity.desk import asking
    from comity.domain.record import facets

    yield f"Copy of {seen.ref} for {seen.group_name}: {', '.join(seen.recipients)}, marked {seen.marking}"
    fields = facets(type(seen.record))
    with desk.store.reading() as connection:
        for name, value in seen.values.items():
            if name not in ("marking", "synthetic"):
                parts = value if isinstance(value, list) else [value]
                told = ", ".join(asking.one(connection, desk, part, fields[name]) for part in parts)
                yield f"  {fields[name].label}: {told}"
    if seen.kept_back:
        yield f"  stays behind: {', '.join(seen.kept_back)}"


def _print_groups(call: Call, desk: "Desk", institute: str) -> None:
    from comity.desk.pages import foreseeing

    seen = foreseeing.groups(desk, institute)
    counts = foreseeing.counts(seen)
    if call.as_json:
        groups = [
            {"group": each.name, "group_id": each.group, "reached": each.reached, **holding_json(each.holding)}
            for each in seen
        ]
        print_json({"institute": institute, "marking": foreseeing.marking(seen), "counts": counts, "groups": groups})
        return
    for each in seen:
        if not each.reached and not call.quiet:
            tell(f"{institute} sees nothing of {each.name}, which reaches {', '.join(each.members) or 'nobody'} only.")
    reached = [each for each in seen if each.reached]
    print_table(
        ("group", "records", "marking", "oldest"),
        [(g.name, g.holding.records, g.holding.marking, str(g.holding.oldest or "")[:10]) for g in reached],
    )
    if reached and not call.quiet:
        tell(", ".join(f"{name}: {count}" for name, count in counts.items()))


def _print_records(call: Call, desk: "Desk", institute: str, noun: str, query: str) -> None:
    from comity.desk import asking
    from comity.desk.pages import foreseeing

    if call.as_json:
        print_json(foreseeing.as_json(desk, institute, noun, query))
        return
    found = foreseeing.records(desk, institute, noun, query)
    columns = asking.kind_of(noun).columns
    rows = [
        (asking.ref(desk, each), *asking.texts(desk, each, columns).values(), asking.group_name(desk, each.group))
        for each in found
    ]
    print_table(("ref", *columns, "group"), rows)
