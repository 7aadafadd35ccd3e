"""How a record moves: steps are declared with the states they join, guards and effects are plain functions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from comity.domain.record import Record
from comity.domain.view import View
from comity.domain.wording import listed, words
from comity.errors import Problem, RuleBroken


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A record that stands in the way of a step, and why."""

    record: Record
    why: str


@dataclass(frozen=True, slots=True)
class Taking:
    """A step as somebody is about to take it: what is given with it, the reason, and the world it is taken in."""

    view: View
    reason: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What a step writes: fields of the record itself, and new records (kind name, fields) beside it."""

    fields: Mapping[str, Any]
    beside: tuple[tuple[str, Mapping[str, Any]], ...] = ()


Guard = Callable[[Any, Taking], Iterator[Obstacle]]
Effect = Callable[[Any, Taking], StepOutcome]


@dataclass(frozen=True, slots=True)
class Step:
    """One verb of a kind: it moves `field` from one of `sources` to `target`; without a field it only has an effect."""

    name: str
    field: str
    sources: tuple[str, ...]
    target: str
    guard: Guard | None = None
    effect: Effect | None = None
    takes: tuple[str, ...] = ()  # fields that may be given with the step
    needs: tuple[str, ...] = ()  # those of them that have to be given
    vouches: tuple[str, ...] = ()  # fields it re-writes, so that an edit made elsewhere becomes a conflict
    needs_reason: bool = False
    grave: bool = False  # asked for with its consequences before it is done
    help: str = ""


def blocked(step: Step, record: Record, noun: str) -> str:
    """Why the state of the record does not allow the step, or nothing."""
    if not step.field or getattr(record, step.field) in step.sources:
        return ""
    state = words(str(getattr(record, step.field)))
    sources = " or ".join(words(source) for source in step.sources)
    return f"{noun} is {state}; {step.name} is a step from {sources}"


def obstacles(step: Step, record: Record, taking: Taking) -> tuple[Obstacle, ...]:
    """The records that stand in the way."""
    return tuple(step.guard(record, taking)) if step.guard else ()


def _misgiven(step: Step, given: Mapping[str, Any]) -> Iterator[Problem]:
    """The fields that the step does not take, and those that it needs."""
    takes = f"it takes {', '.join(step.takes)}" if step.takes else "it takes no fields"
    yield from (Problem(name, f"no place for {name}; {takes}") for name in given if name not in step.takes)
    yield from (
        Problem(name, f"{name} is needed; give it with --{name.replace('_', '-')}")
        for name in step.needs
        if not given.get(name)
    )


def _ahead(record: Record, noun: str, steps: Sequence[Step]) -> str:
    """The steps that its state allows."""
    names = [each.name for each in steps if each.field and not blocked(each, record, noun)]
    kind = record.noun.replace("_", "-")
    return f"its next step: {listed(names, 'or')}" if names else f"`comity kinds {kind}` lists its steps"


def take(step: Step, record: Record, taking: Taking, *, override: str = "", others: Sequence[Step] = ()) -> StepOutcome:
    """What the step writes. Raises RuleBroken where state or guard forbid it; `override` says why to pass a guard.

    Where the state forbids it, those of the `others` are named that it allows.
    """
    noun = words(record.noun)
    rule = f"{record.noun}.{step.name.replace('-', '_')}"
    if why := blocked(step, record, noun):
        raise RuleBroken(why, _ahead(record, noun, others), code=rule)
    if step.needs_reason and not (taking.reason or override).strip():
        raise RuleBroken(f"{step.name} needs a reason", "give it with --reason TEXT", code=rule)
    if wrong := tuple(_misgiven(step, taking.given)):
        raise RuleBroken(f"{step.name}: {wrong[0].message}", "`comity kinds` lists what a step takes", wrong, rule)
    standing = obstacles(step, record, taking)
    if standing and not override.strip():
        problems = [Problem(each.record.id, each.why) for each in standing]
        more = f" (and {len(standing) - 1} more)" if len(standing) > 1 else ""
        raise RuleBroken(
            f"{step.name}: {standing[0].why}{more}", "settle these, or give --override with a reason", problems, rule
        )
    outcome = step.effect(record, taking) if step.effect else StepOutcome({})
    moved = {step.field: step.target} if step.field and step.target else {}
    vouched = {name: getattr(record, name) for name in step.vouches}
    return StepOutcome({**vouched, **taking.given, **moved, **outcome.fields}, outcome.beside)
