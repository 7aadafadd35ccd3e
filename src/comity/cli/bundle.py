"""`comity bundle write|read|show`: files for a courier."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import agree, at_terminal
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.cli.previews import said_beside
from comity.cli.sessions import COLUMNS, attended, group_json, numbers, tell_noticed, together
from comity.domain.wording import listed, some
from comity.errors import BadInput, ComityError, Problem, Refused

if TYPE_CHECKING:
    from comity.desk.carriers.courier import BundlePreview, BundleRead
    from comity.desk.carriers.syncing import GroupSession
    from comity.desk.desk import Desk

UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}

bundle = Noun(
    "bundle",
    help="Files that carry what partners lack, by courier, mail or stick; sealed to the devices they are for.",
    epilog="Example: comity bundle write /media/stick --for US-CAISI",
)


@bundle.command("write", cls=Verb, epilog="Example: comity bundle write /media/stick --for US-CAISI --max-size 20M")
@click.argument("file", metavar="FILE")
@click.option("--for", "receiver", required=True, metavar="DEVICE|INSTITUTE|GROUP", help="Who can open it.")
@click.option("--group", default="", metavar="G", help="Only what is in this group.")
@click.option("--max-size", default="", metavar="SIZE", help="Several files, none larger than this, such as 20M.")
@pass_call
def write(call: Call, file: str, receiver: str, group: str, max_size: str) -> None:
    """Write what they lack, as far as their receipts tell; FILE may be a folder. Says first what would leave."""
    from comity.desk.carriers import courier

    limit = _size(max_size)
    with opened_desk(call) as desk:
        parcel = courier.parcel(desk, receiver, group)
        if at_terminal() or not call.as_json:
            said_beside(call, _preview(parcel))
        if parcel.asks:
            agree(f"Write it? {parcel.asks}.", parcel.code, yes=call.yes)
        written = courier.write(desk, parcel, Path(file), limit)
    if call.as_json:
        files = [{"file": str(each.path), "envelopes": each.envelopes} for each in written]
        print_json({"files": files, "for": _receivers(parcel), "groups": [_leaving(each) for each in parcel.leaving]})
        return
    print_lines(*(str(each.path) for each in written))
    if not call.quiet:
        if word := courier.telling_name(parcel, written[0].path):
            tell(f"The name of the file says {word} to whoever sees it; a folder as FILE gives one that says nothing.")
        tell(_answer(len(written)))


@bundle.command("read", cls=Verb, epilog="Example: comity bundle read /media/stick/*.comity --dry-run")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--dry-run", is_flag=True, help="Say what would come; change nothing.")
@pass_call
def read(call: Call, files: tuple[str, ...], dry_run: bool) -> None:
    """Take in bundles, in any order and as often as you like; prints the code to read out to whoever wrote them."""
    from comity.desk.carriers import courier

    paths = [Path(file) for file in files]
    with opened_desk(call) as desk:
        if dry_run:
            opened = courier.outlook(desk, paths)
        else:
            with attended(call, "Reading") as (told, agree):
                opened = courier.read(desk, paths, tell=told, agree=agree)
        _print(call, desk, opened)
    if any(each.error for each in opened):
        raise _unread(opened)


@bundle.command("show", cls=Verb, epilog="Example: comity bundle show /media/stick/3f2a9c10.comity")
@click.argument("file", metavar="FILE")
@pass_call
def show(call: Call, file: str) -> None:
    """What anybody can read of a bundle without opening it; and what it would bring, if it is for this device."""
    from comity.desk.carriers import courier

    with opened_desk(call) as desk:
        seen = courier.show(desk, Path(file))
    groups = [{"group_id": id, "group": name} for id, name in seen.groups]
    brings = {each.id: each.outcome.received for each in seen.brings}
    if call.as_json:
        told = {"file": file, "size": seen.size, "pages": seen.pages, "groups": groups, "for_this_device": seen.for_us}
        print_json({**told, "brings": [{"group_id": id, "envelopes": count} for id, count in brings.items()]})
        return
    whose = "for this device" if seen.for_us else "not for this device"
    print_lines(f"{file}: {seen.size:,} bytes, {some(seen.pages, 'page')}, {whose}")
    print_table(("group_id", "group", "brings"), [(id, name, brings.get(id)) for id, name in seen.groups])


def _unread(opened: "Sequence[BundleRead]") -> ComityError:
    """One error for the files that were not read; a refusal where others were, as of every batch."""
    failed = {str(each.path): each.error for each in opened if each.error}
    found = together(failed, len(opened), "bundles were not read")
    if not all(each.error for each in opened):
        found.exit_code = Refused.exit_code
    return found


def _print(call: Call, desk: "Desk", opened: "Sequence[BundleRead]") -> None:
    from comity.desk.carriers.partners import names

    groups = _merged(opened)
    if call.as_json:
        known = names(desk)
        files = [{"file": str(each.path), "read": each.error is None, "answer": each.answer or None} for each in opened]
        told = {"name": str(opened[0].path), "url": "", "reached": not any(each.error for each in opened)}
        print_json({"bundle": {**told, "groups": [group_json(known, each) for each in groups], "files": files}})
        return
    if not all(each.error for each in opened):
        print_table(("group", *COLUMNS), [(each.name, *numbers(each)) for each in groups])
    for each in opened:
        tell_noticed(desk, each.path.name, each.groups)
        if each.answer and not call.quiet:
            tell(f"The answer to {each.path.name} is {each.answer}: read it out, or send `comity receipt`.")


def _merged(opened: "Iterable[BundleRead]") -> "list[GroupSession]":
    """The groups of several bundles, each once."""
    from comity.desk.consent import added

    found: dict[str, GroupSession] = {}
    for each in (group for one in opened for group in one.groups):
        if each.id in found:
            added({each.outcome.group: found[each.id].outcome}, [each.outcome])
        found[each.id] = each
    return list(found.values())


def _preview(parcel: "BundlePreview") -> Iterable[str]:
    yield f"For {listed([each['institute'] + ' ' + each['name'] for each in _receivers(parcel)])}:"
    for each in parcel.leaving:
        marked = f", marked up to {each.marking}" if each.marking else ""
        yield f"  {each.group_name}: {some(each.envelopes, 'envelope')} of {some(each.records, 'record')}{marked}"
    if parcel.left_out:
        names = listed(parcel.left_out)
        yield f"  not in it: {names}, where not all of them have a seat; write one --for each device or --for the group"


def _receivers(parcel: "BundlePreview") -> list[dict[str, str]]:
    found = {each.device: each for one in parcel.leaving for each in one.receivers}
    return [{"institute": each.institute, "name": each.name, "device": each.device} for each in found.values()]


def _leaving(each: Any) -> dict[str, Any]:
    return {
        "group": each.group_name,
        "group_id": each.group,
        "envelopes": each.envelopes,
        "records": each.records,
        "marking": each.marking,
        "new": [receiver.said for receiver in each.new],
    }


def _answer(files: int) -> str:
    if files == 1:
        return "Whoever reads it is shown a code; `comity receipt read CODE` takes it, or the next bundle from them."
    return "The answer is a receipt or the next bundle from them: `comity receipt read FILE` takes it."


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d{1,6})\s*([KMG]?)(?:i?B)?", text.strip(), re.IGNORECASE) if text else None
    if text and not found:
        hint = "write it like 20M"
        raise BadInput(f"«{text}» is no size", hint, [Problem("max_size", hint)])
    return int(found[1]) * UNITS[found[2].upper()] if found else 0
