"""Whether two runs measure the same thing, and where one left its protocol; told by the field classes of a protocol."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from comity.domain.field_classes import FIELD_CLASSES, FieldClass

Settings = Mapping[str, Mapping[str, Any]]
"""Field class -> field -> value. A missing field was not reported (in a protocol: not set); None says: no limit."""

Verdict = Literal["comparable", "comparable_with_caveats", "not_comparable"]

ANY = "any"

# these say what was measured; two runs that differ in one have measured different things
FATAL = {
    *("system", "checkpoint", "safeguard_state", "model"),
    *("task", "task_version", "dataset", "items", "items_hash", "language"),
}
SHARED = {"scorer", "metric"}  # lists: what both have in common can still be compared
SPELLING = {"model"}  # how a log names what the records know as one system


class _NotReported:
    """The value of a setting that a run did not report: equal to nothing, not even to itself."""

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return False

    def __repr__(self) -> str:
        return "not reported"


NOT_REPORTED = _NotReported()


@dataclass(frozen=True, slots=True)
class SettingDifference:
    """One setting in which two runs differ."""

    field_class: FieldClass
    field: str
    a: Any
    b: Any
    fatal: bool

    def as_json(self) -> dict[str, Any]:
        """The difference as `run compare` prints it."""
        return {"class": self.field_class, "field": self.field, "a": _plain(self.a), "b": _plain(self.b)}


@dataclass(frozen=True, slots=True)
class Comparability:
    """The verdict on two runs, and every difference that led to it."""

    verdict: Verdict
    differences: tuple[SettingDifference, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that the verdict names: those that forbid a comparison, else those to keep in mind."""
        forbid = tuple(difference.field for difference in self.differences if difference.fatal)
        return forbid or tuple(difference.field for difference in self.differences)

    def as_json(self) -> dict[str, Any]:
        """The verdict as `run compare` prints it."""
        return {"verdict": self.verdict, "differences": [difference.as_json() for difference in self.differences]}


@dataclass(frozen=True, slots=True)
class Departure:
    """A setting of a run that is not what the frozen protocol says."""

    field_class: FieldClass
    field: str
    expected: Any
    actual: Any

    @property
    def reported(self) -> bool:
        """Whether the run said anything about the setting."""
        return self.actual is not NOT_REPORTED


def compare(a: Settings, b: Settings, protocol: Settings | None = None) -> Comparability:
    """The verdict on two runs from their effective settings.

    What is known of the cell (system, checkpoint, safeguard state, language) belongs in `identity` of both; the
    spelling of the model in the logs is then only a caveat. A setting that neither run reported matters where the
    protocol sets it.
    """
    differences = tuple(
        difference
        for field_class in FIELD_CLASSES
        for difference in _differences(
            field_class, _of(a, field_class), _of(b, field_class), _of(protocol or {}, field_class)
        )
    )
    if any(difference.fatal for difference in differences):
        return Comparability("not_comparable", differences)
    return Comparability("comparable_with_caveats" if differences else "comparable", differences)


def deviations(protocol: Settings, effective: Settings) -> list[Departure]:
    """Every setting that a frozen protocol fixes and the run did otherwise or did not report; `any` never deviates."""
    return [
        Departure(field_class, field, expected, actual)
        for field_class in FIELD_CLASSES
        for field, expected in _of(protocol, field_class).items()
        if not _meets(expected, actual := _of(effective, field_class).get(field, NOT_REPORTED), field)
    ]


def same(a: Any, b: Any) -> bool:
    """Whether two values of a setting are one: 2 is 2.0 and "2", a list of one is the one, case does not count."""
    return bool(_normal(a) == _normal(b))


def _meets(expected: Any, actual: Any, field: str) -> bool:
    """A run may compute more scorers and metrics than the protocol asks for."""
    if expected == ANY or same(expected, actual):
        return True
    return field in SHARED and actual is not NOT_REPORTED and _names(expected) <= _names(actual)


def _of(settings: Settings, field_class: str) -> Mapping[str, Any]:
    return settings.get(field_class) or {}


def _differences(
    field_class: FieldClass, a: Mapping[str, Any], b: Mapping[str, Any], protocol: Mapping[str, Any]
) -> Iterator[SettingDifference]:
    one_system = same(a.get("system", NOT_REPORTED), b.get("system", NOT_REPORTED))
    for field in dict.fromkeys([*a, *b, *protocol]):
        left, right = a.get(field, NOT_REPORTED), b.get(field, NOT_REPORTED)
        unknown = left is NOT_REPORTED and right is NOT_REPORTED
        if (unknown and protocol.get(field) == ANY) or same(left, right):
            continue
        fatal = _is_fatal(field_class, field, left, right) and not (one_system and field in SPELLING)
        yield SettingDifference(field_class, field, left, right, fatal)


def _is_fatal(field_class: FieldClass, field: str, a: Any, b: Any) -> bool:
    """Not reporting is never proof of a difference: it is a caveat."""
    if a is NOT_REPORTED or b is NOT_REPORTED:
        return False
    if field_class == "scoring" and field in SHARED:
        return not _names(a) & _names(b)
    return field_class == "identity" and field in FATAL


def _names(value: Any) -> set[str]:
    """The names in a list; a metric is also known without its scorer (flag_found/accuracy, accuracy)."""
    names = [str(name).casefold() for name in (value if isinstance(value, list | tuple) else [value])]
    return {*names, *(name.rpartition("/")[2] for name in names)}


def _normal(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return _normal(value[0]) if len(value) == 1 else [_normal(part) for part in value]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).casefold() if isinstance(value, bool | int | float | str) else value


def _plain(value: Any) -> Any:
    return "not reported" if value is NOT_REPORTED else value
