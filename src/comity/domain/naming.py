"""How a record is known without its id: the fields that tell it from its like, and the names people call it by."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from comity.domain.kinds import BY_NOUN

# `a|b`: the first of these that is not empty
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "institute": ("code",),
    "agreement": ("reference|title",),
    "exercise": ("code",),
    "strand": ("exercise", "title"),
    "objective": ("exercise", "text"),
    "rating": ("objective", "institute"),
    "participant": ("exercise", "institute"),
    "system": ("name",),
    "model_alias": ("exercise", "alias"),
    "access_window": ("system", "institute", "opens"),
    "suite": ("name", "version"),
    "task": ("name", "task_version"),
    "protocol": ("strand", "version"),
    "concurrence": ("protocol", "institute"),
    "milestone": ("exercise", "kind", "title"),
    "person": ("name", "institute"),
    "vetting": ("person", "scheme", "level"),
    "secondment": ("label|person",),
    "position": ("exercise", "title", "role", "language"),
    "assignment": ("person", "exercise", "role"),
    "leave": ("person", "start"),
    "cell": ("strand", "institute", "system", "task", "language"),
    "run": ("exercise", "label|cell"),
    "deviation": ("run", "field_class", "setting"),
    "finding": ("exercise", "label|statement"),
    "action": ("exercise", "label|text"),
    "guidance": ("title",),
    "lesson": ("exercise", "text"),
    "stand_down": ("exercise", "label|subject"),
    "acknowledgement": ("stand_down", "institute"),
    "note": ("subject", "text"),
}
BETWEEN: Final = " / "


def natural_key(noun: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a record from its like, the noun first. Values may be raw or typed; one left out has its default."""
    return (noun, *(_first(noun, fields.split("|"), values) for fields in KEYS[noun]))


def naming_fields(noun: str) -> frozenset[str]:
    """The fields that keys and names are made of."""
    kind = BY_NOUN[noun]
    named = {kind.code_field, kind.name_field, "title"} & {*kind.model_fields}
    return frozenset(named.union(*(fields.split("|") for fields in KEYS[noun])))


def tells(key: tuple[str, ...]) -> bool:
    """Whether a key says more than the exercise, so that a record can be known by it."""
    noun, *parts = key
    return any(part for part, fields in zip(parts, KEYS[noun], strict=True) if fields != "exercise")


def names(noun: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    """What people may call a record inside its exercise, the surest name first; may be empty."""
    kind = BY_NOUN[noun]
    parts = zip(KEYS[noun], natural_key(noun, values)[1:], strict=True)
    joined = BETWEEN.join(part for fields, part in parts if part and fields != "exercise")
    called = (values.get(field) for field in (kind.name_field, "title") if field in kind.model_fields)
    known = [_text(values.get(kind.code_field)), joined, *map(_text, called)]
    return tuple(dict.fromkeys(name for name in known if name))


def _first(noun: str, fields: list[str], values: Mapping[str, Any]) -> str:
    fitting = (_text(values[field] if field in values else _default(noun, field)) for field in fields)
    return next((text for text in fitting if text), "")


def _default(noun: str, field: str) -> Any:
    info = BY_NOUN[noun].model_fields[field]
    return None if info.is_required() else info.get_default()


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value).strip()
