"""What can be made where: the kinds that may stand under a record, and their forms with the references filled in."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from comity.desk import asking
from comity.desk.rules import state_fields
from comity.domain.facet import Facet, Shape
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record, facets, required
from comity.domain.wording import words
from comity.tui.deriving import said
from comity.tui.screens.base import Page
from comity.tui.screens.editing import NewPage
from comity.tui.session import host
from comity.tui.spans import line, span
from comity.tui.widgets.choice import Menu, Option

if TYPE_CHECKING:
    from comity.desk.desk import Desk

BY_ACTS: Final = ("group", "disclosure")  # founded and released by acts of their own
_MOVES: Final = "jkhlg"  # letters that move the cursor of a menu


def under(record: "Record | type[Record]") -> list[type[Record]]:
    """The kinds that refer to records of this one's kind, or stand under one that does."""
    direct = [kind for kind in KINDS if kind.noun not in (*BY_ACTS, record.noun) and _refers(kind, record.noun)]
    parents = {kind.noun for kind in direct if _stands(kind) == record.noun}
    return [kind for kind in KINDS if kind in direct or (kind.noun not in BY_ACTS and _stands(kind) in parents)]


def _refers(kind: type[Record], noun: str) -> bool:
    return any(facet.refers in (noun, "*") for _, facet in _references(kind))


def _references(kind: type[Record]) -> Iterator[tuple[str, Facet]]:
    """The references that a person fills in; those that steps set are left out."""
    for name, facet in facets(kind).items():
        if facet.shape is Shape.REF and name not in state_fields(kind.noun):
            yield name, facet


def _stands(kind: type[Record]) -> str:
    """The kind without which there is no record of this one."""
    name = kind.parent_field
    return facets(kind)[name].refers if name and required(kind, name) else ""


def lineage(desk: "Desk", record: Record) -> list[Record]:
    """The record, and what it stands under."""
    found, at = [record], record
    while (name := at.parent_field) and (id := getattr(at, name)):
        above = asking.get(desk, facets(type(at))[name].refers, id)
        if above is None:
            break
        found.append(above)
        at = above
    exercise = getattr(record, "exercise", None)
    beside = asking.get(desk, "exercise", exercise) if exercise else None
    return [*found, beside] if beside and all(each.id != beside.id for each in found) else found


def filled(desk: "Desk", kind: type[Record], places: Sequence[Record]) -> dict[str, Record]:
    """The references that follow from where the record is made."""
    found: dict[str, Record] = {}
    for name, facet in sorted(_references(kind), key=lambda each: each[0] != kind.parent_field):
        free = [each for each in places if each not in found.values() and facet.refers != kind.noun]
        fits = [each for each in free if facet.refers in (each.noun, "*")]
        if fits:
            found[name] = fits[0]
        elif name == kind.parent_field and (only := _only(desk, BY_NOUN[facet.refers], places)):
            found[name] = only
    return found


def _only(desk: "Desk", kind: type[Record], places: Sequence[Record]) -> Record | None:
    """The one record of a kind in this place, if it is the only one."""
    there = _there(desk, kind, places)
    return there[0] if len(there) == 1 else None


def _there(desk: "Desk", kind: type[Record], places: Sequence[Record]) -> list[Record]:
    above = next((each for each in places if each.noun == _stands(kind)), None)
    query = f"{kind.parent_field}:{above.id}" if above else ""
    return asking.records(desk, kind.noun, query, limit=2)


def missing(desk: "Desk", kind: type[Record], places: Sequence[Record]) -> type[Record] | None:
    """The kind that has to be made first, since the new record must stand under one and none is there."""
    above = _stands(kind)
    if not above or any(each.noun == above for each in places):
        return None
    return None if _there(desk, BY_NOUN[above], places) else BY_NOUN[above]


# from a page


def start(page: Page, noun: str, places: Sequence[Record]) -> None:
    """Open the form of a new record; where it has nothing to stand under, of that first, and say so."""
    app, kind = host(page), BY_NOUN[noun]
    while first := missing(app.desk, kind, places):
        app.say(f"{_a(kind).capitalize()} stands under {_a(first)}, and there is none yet: this makes one.", "notice")
        kind = first
    found = filled(app.desk, kind, places)
    given = {name: asking.ref(app.desk, each) for name, each in found.items()}
    page.app.push_screen(NewPage(page.section, kind.noun, given, above=found.get(kind.parent_field)))


def choose(page: Page, record: Record, places: Sequence[Record], first: str = "") -> None:
    """Ask which kind of record is to stand under this one."""
    found = sorted(under(record), key=lambda kind: kind.noun != first)
    title = line(span("New  ", "strong bold"), span(f"under {said(host(page).desk, record)}", "dim"))
    options = list(_options(host(page).desk, found, places))
    page.app.push_screen(Menu(title, options), partial(_chosen, page, places))


def choose_any(page: Page) -> None:
    """Ask which kind of record is to be made, where the page does not say."""
    kinds = [kind for kind in KINDS if kind.noun not in BY_ACTS]
    options = list(_options(host(page).desk, kinds, ()))
    page.app.push_screen(Menu(line(span("New", "strong bold")), options), partial(_chosen, page, ()))


def _options(desk: "Desk", kinds: Sequence[type[Record]], places: Sequence[Record]) -> Iterator[Option]:
    taken = set(_MOVES)
    for kind in kinds:
        letter = next((each for each in kind.noun if each.isalpha() and each not in taken), "")
        taken.add(letter)
        first = missing(desk, kind, places) if places else None
        told = (kind.__doc__ or "").strip().partition(".")[0]
        yield Option(letter, words(kind.noun), f"first {_a(first)}" if first else told, kind.noun)


def _chosen(page: Page, places: Sequence[Record], option: Option | None) -> None:
    if option:
        start(page, str(option.answer), places)


def _a(kind: type[Record]) -> str:
    name = words(kind.noun)
    return f"an {name}" if name[0] in "aeio" else f"a {name}"
