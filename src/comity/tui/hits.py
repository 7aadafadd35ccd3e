"""What the palette finds: records by search, commands from the table of actions, places to go."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from comity.desk import asking, searching
from comity.domain.text import fold
from comity.tui.actions import ACTIONS, EVERYWHERE, SECTIONS, shown_keys
from comity.tui.session import Session
from comity.tui.spans import span
from comity.tui.widgets.palette import PaletteHit

if TYPE_CHECKING:
    from comity.desk.desk import Desk

_MOST: Final = 30


class Finder(Protocol):
    """What finding needs of the app."""

    desk: "Desk"
    session: Session

    def go(self, place: str) -> None: ...

    def applicable(self) -> Iterator[str]: ...

    def simulate_key(self, key: str) -> None: ...


def hits(app: Finder, asked: str) -> Iterable[PaletteHit]:
    """Everything that fits what was typed; a first `>`, `@` or `#` narrows it."""
    kind, words = (asked[0], asked[1:].strip()) if asked[:1] in (">", "@", "#") and asked else ("", asked.strip())
    if kind == "@":
        yield from _records(app, words, ("person",))
    elif kind == "#":
        yield from _records(app, words, ("exercise",))
    elif not kind and words:
        yield from _records(app, words, ())
    if kind in ("", ">"):
        yield from _commands(app, words)
        yield from _places(app, words)


def _records(app: Finder, words: str, nouns: tuple[str, ...]) -> Iterator[PaletteHit]:
    found = searching.find_words(app.desk, words, _MOST) if words else []
    for hit in found:
        if nouns and hit.kind not in nouns:
            continue
        if app.session.masks(hit.marking):
            continue
        note = f"{hit.kind.replace('_', ' ')} · {asking.group_name(app.desk, hit.group)}"
        group = "Institutes" if hit.kind == "institute" else "Records"
        lead = (span(f"{hit.ref.rpartition('/')[2]:<5}"[:12], "bold"),)
        yield PaletteHit(group, hit.title or hit.ref, note, partial(app.go, hit.id), lead, marking=hit.marking)


def _commands(app: Finder, words: str) -> Iterator[PaletteHit]:
    can = set(app.applicable())
    for action in ACTIONS:
        if action.id in can and action.label and action.group not in ("Move",) and _fits(words, action.label):
            where = "everywhere" if action.group == EVERYWHERE else action.group.lower()
            key = shown_keys(action, app.session.settings.keys)
            press = partial(app.simulate_key, _key(action.keys, app.session.settings.keys.get(action.id, "")))
            yield PaletteHit("Do", action.label.removesuffix(" ...").capitalize(), where, press, key=key)


def _key(keys: str, remapped: str) -> str:
    from textual.keys import _character_to_key

    first = (remapped or keys).split(",")[0]
    return _character_to_key(first) if len(first) == 1 else first


def _places(app: Finder, words: str) -> Iterator[PaletteHit]:
    for number, name in enumerate(SECTIONS, 1):
        if _fits(words, name):
            yield PaletteHit("Go", name, "section", partial(app.go, name.lower()), key=str(number))


def _fits(words: str, text: str) -> bool:
    return all(word in fold(text) for word in fold(words).split())
