"""What the palette finds: records by search, commands from the table of actions, places to go."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from shlex import quote
from typing import TYPE_CHECKING, Any, Final, Protocol

from comity.desk import asking, searching
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record, facets
from comity.domain.text import fold
from comity.domain.wording import words
from comity.home import home_folder
from comity.tui.actions import ACTIONS, EVERYWHERE, SECTIONS, first_key, shown_keys
from comity.tui.screens import making
from comity.tui.screens.base import Page
from comity.tui.screens.verbs import Verbs
from comity.tui.session import Session, Strength
from comity.tui.spans import span
from comity.tui.typed import TYPED, Typed
from comity.tui.widgets.palette import PaletteHit

if TYPE_CHECKING:
    from comity.desk.desk import Desk

_MOST: Final = 30
LISTS: Final[Mapping[str, str]] = {  # where the list of a kind is that can be filtered
    "exercise": "exercises",
    "run": "runs",
    "person": "people/Roster",
    "secondment": "people/Secondments",
    "position": "people/Positions",
    "leave": "people/Leave",
    "finding": "findings/Findings",
    "action": "findings/Actions",
    "guidance": "findings/Guidance",
    "lesson": "findings/Lessons",
    "stand_down": "findings/Stand-downs",
    "system": "library/Systems",
    "suite": "library/Suites",
    "task": "library/Tasks",
    "access_window": "library/Access windows",
    "agreement": "library/Agreements",
    "institute": "library/Institutes",
}


class Finder(Protocol):
    """What finding needs of the app."""

    desk: "Desk"
    session: Session

    @property
    def page(self) -> Page | None: ...

    @property
    def typing(self) -> bool: ...

    def go(self, place: str) -> None: ...

    def filter_list(self, noun: str, query: str) -> None: ...

    def applicable(self) -> Iterator[str]: ...

    def simulate_key(self, key: str) -> None: ...

    def say(self, text: str, strength: Strength = "line") -> None: ...

    def copy_to_clipboard(self, text: str) -> None: ...

    def call_later(self, callback: Callable[..., Any], *args: Any) -> bool: ...


def hits(app: Finder, asked: str) -> Iterable[PaletteHit]:
    """Everything that fits what was typed; a first `>`, `@` or `#` narrows it."""
    kind, sought = (asked[0], asked[1:].strip()) if asked[:1] in (">", "@", "#") and asked else ("", asked.strip())
    if kind == "@":
        yield from _records(app, sought, ("person",))
    elif kind == "#":
        yield from _records(app, sought, ("exercise",))
    elif not kind and sought:
        yield from _records(app, sought, ())
    if kind in ("", ">"):
        yield from _filters(app, sought)
        yield from _commands(app, sought)
        yield from _makes(app, sought)
        yield from _places(app, sought)
        yield from _typed(app, sought)


def _records(app: Finder, sought: str, nouns: tuple[str, ...]) -> Iterator[PaletteHit]:
    found = searching.find_words(app.desk, sought, _MOST) if sought else []
    for hit in found:
        if nouns and hit.kind not in nouns:
            continue
        if app.session.hides(hit):
            continue
        note = f"{words(hit.kind)} · {asking.group_name(app.desk, hit.group)}"
        group = "Institutes" if hit.kind == "institute" else "Records"
        lead = (span(f"{hit.ref.rpartition('/')[2]:<5}"[:12], "bold"),)
        yield PaletteHit(group, _title(app.desk, hit), note, partial(app.go, hit.id), lead, marking=hit.marking)


def _title(desk: "Desk", hit: searching.Hit) -> str:
    """What the record is called; one that has no name but its code by where it stands."""
    record = asking.get(desk, hit.kind, hit.id) if hit.title in ("", hit.ref.rpartition("/")[2]) else None
    if record is None:
        return hit.title or hit.ref
    wanted = [name for name in ("exercise", "cell", "institute") if name in facets(type(record))]
    told = asking.texts(desk, record, wanted)
    if "cell" in told and (cell := asking.get(desk, "cell", str(getattr(record, "cell", "") or ""))):
        told["cell"] = asking.texts(desk, cell, ["task"])["task"]
    return " · ".join(text for text in told.values() if text) or hit.title or hit.ref


def _commands(app: Finder, sought: str) -> Iterator[PaletteHit]:
    can = set(app.applicable())
    for action in ACTIONS:
        if action.id in can and action.label and action.group not in ("Move",) and _fits(sought, action.label):
            where = "everywhere" if action.group == EVERYWHERE else action.group.lower()
            keys = app.session.settings.keys
            key = shown_keys(action, keys, typing=app.typing)
            press = partial(app.simulate_key, _key(first_key(action, keys, typing=app.typing)))
            yield PaletteHit("Do", action.label.removesuffix(" ...").capitalize(), where, press, key=key)


def _filters(app: Finder, sought: str) -> Iterator[PaletteHit]:
    """The filters that were saved by name; each opens the list that it is for."""
    for noun, saved in app.desk.settings.filters.items():
        for name, query in saved.items() if noun in LISTS else ():
            title = f"{words(BY_NOUN[noun].plural).capitalize()}: {name}"
            if _fits(sought, f"{title} filter"):
                yield PaletteHit("Filters", title, query, partial(app.filter_list, noun, query))


def _makes(app: Finder, sought: str) -> Iterator[PaletteHit]:
    """A new record of every kind, made on the page that is open."""
    page = app.page
    for kind in KINDS if sought and page else ():
        title = f"New {words(kind.noun)}"
        if page and kind.noun not in making.BY_ACTS and _fits(sought, title):
            yield PaletteHit("Make", title, _first_sentence(kind), partial(_make, page, kind.noun))


def _make(page: Page, noun: str) -> None:
    if isinstance(page, Verbs):
        page.make(noun)
    else:
        making.start(page, noun, ())


def _first_sentence(kind: type[Record]) -> str:
    return (kind.__doc__ or "").strip().partition(".")[0]


def _key(first: str) -> str:
    from textual.keys import _character_to_key

    return _character_to_key(first) if len(first) == 1 else first


def _places(app: Finder, sought: str) -> Iterator[PaletteHit]:
    for number, name in enumerate(SECTIONS, 1):
        if _fits(sought, name):
            yield PaletteHit("Go", name, "section", partial(app.go, name.lower()), key=str(number))


def _typed(app: Finder, sought: str) -> Iterator[PaletteHit]:
    """What is done on a page of its own or typed in a terminal, by any of its names."""
    fitting = [each for each in TYPED if sought and _fits(sought, f"{each.does} {each.command} {each.words}")]
    for each in sorted(fitting, key=lambda each: not each.place):
        note = ", ".join(part for part in (*each.place.split("/"), each.then) if part) or each.command
        yield PaletteHit("Go" if each.place else "In a terminal", each.does, note, partial(_show, app, each))


def _show(app: Finder, typed: Typed) -> None:
    """Go where it is done; else the command line, also for the clipboard."""
    if typed.place:
        app.go(typed.place)
        if typed.then:
            app.call_later(app.say, f"{typed.does}: {typed.then}")
        return
    home = "" if app.desk.home == home_folder() else f" --home {quote(str(app.desk.home))}"
    command = typed.command.replace("comity", f"comity{home}", 1)
    app.copy_to_clipboard(command)
    app.say(f"{typed.does}, in a terminal: `{command}` (copied)", "notice")


def _fits(sought: str, text: str) -> bool:
    return all(word in fold(text) for word in fold(sought).split())
