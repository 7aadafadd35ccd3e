"""What belongs to one exercise: its own records, and systems, tasks, people and institutes that these name."""

from comity.desk import asking, names
from comity.desk.desk import Desk
from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record, facets

MOST = 300


def exercise_of(desk: Desk, record: Record) -> str:
    """The id of the exercise that a record belongs to, or nothing."""
    if record.noun == "exercise":
        return record.id
    with desk.store.reading() as connection:
        return names.exercise_of(connection, record) or ""


def nearby(desk: Desk, noun: str, exercise: str) -> list[Record]:
    """The records of a kind to choose from: of kinds that stand in exercises its own, of others those it uses first."""
    if exercise and noun != "exercise" and _way(noun):
        return _within(desk, noun, exercise)
    found = asking.records(desk, noun, limit=MOST)
    used = _used(desk, noun, exercise) if exercise and found else ()
    return sorted(found, key=lambda each: each.id not in used and getattr(each, "code", "") not in used)


def _way(noun: str) -> str:
    """The field by which records of a kind lead to their exercise; nothing if they do not."""
    kind = BY_NOUN[noun]
    if "exercise" in facets(kind):
        return "exercise"
    above = facets(kind)[kind.parent_field].refers if kind.parent_field else ""
    return kind.parent_field if above in BY_NOUN and above != noun and _way(above) else ""


def _within(desk: Desk, noun: str, exercise: str) -> list[Record]:
    """The records of a kind that stand in the exercise."""
    way = _way(noun)
    if way == "exercise":
        return asking.records(desk, noun, f"exercise:{exercise}", limit=MOST)
    above = [each.id for each in _within(desk, facets(BY_NOUN[noun])[way].refers, exercise)]
    return asking.records(desk, noun, f"{way}:{','.join(above)}", limit=MOST) if above else []


def _used(desk: Desk, noun: str, exercise: str) -> set[str]:
    """What the records of the exercise name of a kind: ids, or the codes of institutes."""
    found: set[str] = set()
    for kind in KINDS:
        fields = [name for name, facet in facets(kind).items() if facet.refers == noun and facet.shape is Shape.REF]
        if noun == "institute" and kind.noun == "participant":
            fields = ["institute"]
        for each in _within(desk, kind.noun, exercise) if fields and _way(kind.noun) else ():
            for value in (getattr(each, name) for name in fields):
                found.update(value if isinstance(value, list) else [value] if value else [])
    return found
