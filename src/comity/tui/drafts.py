"""Records as texts in a form, and back: what stands in a field, what may be chosen, what is wrong with it."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from comity.desk import asking, names
from comity.desk.pages.nearby import exercise_of, nearby
from comity.domain import when
from comity.domain.facet import Facet, Shape
from comity.domain.labels import RANKS
from comity.domain.parse import parse
from comity.domain.record import Record, choices, encode, facets
from comity.domain.wording import words
from comity.errors import Ambiguous, BadInput, NotFound

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.store.database import Connection

_LANGUAGES: Final = ("en", "fa", "fr", "hi", "ja", "ko", "sw", "te", "zh")
ACCEPTS: Final = {
    Shape.DATE: ("2026-12-18", "18 Dec, fri, +3w, w51"),
    Shape.MOMENT: ("2026-12-18 14:00", "UTC"),
    Shape.LANGUAGE: ("en, ko, zh-Hans",),
    Shape.MARKING: ("TLP:AMBER, OFFICIAL, CUI//REL TO USA, GBR",),
    Shape.FACTS: ("JSON; F4 opens an editor",),
    Shape.COUNT: ("a whole number",),
}


def shape(facet: Facet) -> str:
    """What kind of value a field takes, in words."""
    if facet.shape is not Shape.REF:
        return facet.shape.value
    return "any record" if facet.refers == "*" else words(facet.refers)


def written(desk: "Desk", record: Record, name: str) -> str:
    """The value of a field as a person would type it, so that it reads back as the same."""
    with desk.store.reading() as connection:
        value, facet = getattr(record, name), facets(type(record))[name]
        if isinstance(value, list):
            return ", ".join(_one(connection, desk, facet, each) for each in value)
        return _one(connection, desk, facet, value)


def _one(connection: "Connection", desk: "Desk", facet: Facet, value: object) -> str:
    if value is None or value == "":
        return ""
    if facet.shape is Shape.REF:
        found = asking.target(connection, facet.refers, str(value))
        return asking.short(connection, desk, found) if found else str(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return json.dumps(value, indent=1, ensure_ascii=False)
    return str(encode(value))


def offered(desk: "Desk", kind: type[Record], name: str, facet: Facet, exercise: str = "") -> list[tuple[str, str]]:
    """What may be chosen for a field, each with a word about it; of or first from the exercise at hand."""
    match facet.shape:
        case Shape.CHOICE:
            return [(word, "") for word in choices(kind, name)]
        case Shape.INSTITUTE:
            return [(str(getattr(each, "code", "")), names.name(each)) for each in nearby(desk, "institute", exercise)]
        case Shape.LANGUAGE:
            return [(tag, "") for tag in _LANGUAGES]
        case Shape.MARKING:
            return [(label, "") for label in RANKS]
        case Shape.REF if facet.refers != "*":
            return list(_named(desk, nearby(desk, facet.refers, exercise)))
    return []


def _named(desk: "Desk", found: Iterable[Record]) -> Iterable[tuple[str, str]]:
    with desk.store.reading() as connection:
        for each in found:
            if not desk.keeps_off(each):
                yield asking.short(connection, desk, each), asking.called(connection, desk, each)


def exercise_at_hand(desk: "Desk", kind: type[Record], texts: Mapping[str, str]) -> str:
    """The id of the exercise that the texts of a form name, by itself or by what the record stands under."""
    for name in ("exercise", kind.parent_field):
        facet = facets(kind).get(name)
        if facet and facet.shape is Shape.REF and texts.get(name):
            with suppress(NotFound, Ambiguous):
                return exercise_of(desk, asking.find(desk, texts[name], facet.refers))
    return ""


def problem(desk: "Desk", kind: type[Record], name: str, text: str) -> str:
    """What is wrong with the text of one field; empty if nothing is."""
    try:
        parse(
            kind,
            {name: text},
            resolve=lambda noun, said: asking.find(desk, said, noun).id,
            today=desk.today,
            known={},
        )
    except BadInput as error:
        return next((each.message for each in error.problems if each.field == name), "")
    return ""


def day_note(desk: "Desk", text: str) -> str:
    """The weekday and week of a date as typed."""
    try:
        day = when.day(text, desk.today)
    except ValueError:
        return ""
    return f"{day:%a}, w{day.isocalendar().week}"
