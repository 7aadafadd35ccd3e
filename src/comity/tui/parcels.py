"""Bundles for a courier: written (`B`) after a preview and a typed code, read (`I`) after a look at what they bring."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import App

from comity.desk.carriers import courier, partners
from comity.desk.carriers.noticing import noticed
from comity.domain.wording import listed, some
from comity.errors import Refused
from comity.tui.refusals import sentences
from comity.tui.screens.outgoing import OutgoingPage, why
from comity.tui.session import host
from comity.tui.spans import Line, line, span
from comity.tui.trip import Trip
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.confirm import Confirm, Sure

if TYPE_CHECKING:
    from comity.desk.carriers.courier import BundlePreview, BundleRead, Contents
    from comity.desk.consent import Agree
    from comity.sync.bundle import Written
    from comity.sync.outcome import Tell


class AskWhere(Confirm):
    """Asks where a bundle is written to."""

    LABEL = "folder or file"

    def __init__(self, receiver: str) -> None:
        told = [
            line(span("A folder, such as that of a stick: the file gets a name that tells nothing.", "dim")),
            line(span("You see first what would leave; nothing is written yet.", "dim")),
        ]
        super().__init__(line(span("Bundle for ", "strong bold"), span(receiver, "strong bold")), told, does="go on")

    def wrong(self, typed: str) -> str:
        path = Path(typed).expanduser()
        if not typed or not path.parent.is_dir():
            return f"There is no folder «{path.parent}» here." if typed else "Name a folder or a file."
        return f"There is a file «{path}» already." if path.is_file() else ""


def write(app: App[None], section: str) -> None:
    """Ask for whom and where, show what would leave, write it once the code was typed."""
    options = _receivers(app)
    if not options:
        hint = "`comity group admit GROUP --device CARD --role ROLE` lets a device in"
        raise Refused("nobody else stands in a group of this device yet", hint)

    def chose(option: Option | None) -> None:
        if option:
            told = str(option.answer)
            app.push_screen(AskWhere(told), lambda where: _preview(app, section, told, where) if where else None)

    app.push_screen(Menu(line(span("Bundle", "strong bold"), span("   for whom", "dim")), options), chose)


def _receivers(app: App[None]) -> list[Option]:
    """Who could open one: institutes, then groups, then single devices."""
    found = [each for each in partners.partners(host(app).desk) if each.standing]
    houses = {
        each.institute: sorted({one.group_name for one in found if one.institute == each.institute}) for each in found
    }
    groups = {each.group_name: sorted({one.institute for one in found if one.group == each.group}) for each in found}
    options = [(name, f"all its devices, in {listed(among)}") for name, among in sorted(houses.items())]
    options += [(name, f"the group: {listed(among)}") for name, among in sorted(groups.items())]
    options += sorted({(each.name, f"one device of {each.institute}") for each in found if each.name})
    numbered = enumerate(options, 1)
    return [Option(str(place) if place < 10 else "", name, note, name) for place, (name, note) in numbered]


def _preview(app: App[None], section: str, told: str, where: str) -> None:
    def show() -> None:
        parcel, path = courier.parcel(host(app).desk, told), Path(where).expanduser()
        notes = [*why(parcel.leaving), f"To {path}."]
        if parcel.left_out:
            notes.append(f"Not in it: {listed(parcel.left_out)}, where not all of them have a seat.")
        go = partial(_write, app, parcel, path)
        app.push_screen(OutgoingPage(section, f"Bundle for {told}", parcel.leaving, parcel.code, go, notes))

    host(app).attempt(show)


def _write(app: App[None], parcel: "BundlePreview", path: Path) -> None:
    def run(tell: "Tell", agree: "Agree") -> "list[Written]":
        return courier.write(host(app).desk, parcel, path)

    host(app).depart(Trip("writing the bundle", run, partial(_written, app, parcel)))


def _written(app: App[None], parcel: "BundlePreview", written: "Sequence[Written]") -> None:
    host(app).arrived()
    for each in written:
        word = courier.telling_name(parcel, each.path)
        warns = f" Its name says {word} to whoever sees it." if word else ""
        host(app).say(f"Wrote {each.path} for {parcel.code}, {some(each.envelopes, 'envelope')}.{warns}", "notice")
    host(app).say("Whoever reads it is shown a code: I takes it, or the next bundle from them.")


# reading


def show(app: App[None], path: Path) -> None:
    """What a bundle would bring; it is read at `ctrl+s`."""
    seen = courier.show(host(app).desk, path)
    if not seen.for_us:
        raise Refused(
            f"the file {path.name} is not for this device", "`comity bundle show` tells what can be read of it"
        )
    title = line(span("Bundle  ", "strong bold"), span(path.name))
    app.push_screen(Sure(title, _contents(seen), does="read"), lambda yes: None if yes is None else _read(app, path))


def _contents(seen: "Contents") -> list[Line]:
    brings = {each.id: each.outcome.received for each in seen.brings}
    lines = [line(span(f"{seen.size:,} bytes, {some(seen.pages, 'page')}, for this device. It brings:", "dim"))]
    for id, name in seen.groups:
        count = brings.get(id, 0)
        told = some(count, "envelope") if count else "nothing that is not here"
        lines.append(line(span(f"  {name or 'a group that is new here'}  ", "bold"), span(told)))
    return [*lines, line(span("Reading it again changes nothing.", "dim"))]


def _read(app: App[None], path: Path) -> None:
    def run(tell: "Tell", agree: "Agree") -> "list[BundleRead]":
        return courier.read(host(app).desk, [path], tell=tell, agree=agree)

    host(app).depart(Trip("reading the bundle", run, partial(_opened, app)))


def _opened(app: App[None], opened: "Sequence[BundleRead]") -> None:
    """What came, what is odd about it, and the code that answers it."""
    host(app).arrived()
    known = partners.names(host(app).desk)
    for each in opened:
        for group in each.groups:
            for told in noticed(known, each.path.name, group):
                host(app).say(told[:1].upper() + told[1:], "notice")
        if each.error:
            host(app).say(f"{each.path.name}: {sentences(each.error)}", "red")
            continue
        came = sum(group.outcome.received for group in each.groups)
        forks = sum(group.conflicts for group in each.groups)
        beside = f", {some(forks, 'conflict')} to settle" if forks else ""
        host(app).say(f"Read {each.path.name}: {some(came, 'envelope')}{beside}")
        if each.answer:
            _answer(app, each)


def _answer(app: App[None], opened: "BundleRead") -> None:
    """The code stays until it is put away: somebody reads it out."""
    told = [
        line(span("    "), span(opened.answer, "accent bold")),
        line(span("Whoever wrote the bundle then knows that it is here. It stays readable under !", "dim")),
    ]
    host(app).session.note(f"The answer to {opened.path.name} is {opened.answer}", "notice")
    title = line(span("Read this code out", "strong bold"), span("   or send `comity receipt`", "dim"))
    app.push_screen(Sure(title, told, does="done"))
