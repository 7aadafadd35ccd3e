"""Moving records by the verbs of their kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.desk import acting, drafting, labels, rules
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.world import Mended, World
from comity.domain.kinds import BY_NOUN
from comity.domain.lifecycles.table import STEPS
from comity.domain.parse import nearest
from comity.domain.record import Record
from comity.domain.sight import mended
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking, blocked, obstacles, take
from comity.domain.wording import words
from comity.errors import NotFound, RuleBroken
from comity.log.commit import Change
from comity.store.database import Connection


@dataclass(frozen=True)
class Offer:
    """A step as it is offered for a record: allowed, or why not, and what stands in the way of its guard."""

    step: Step
    why: str
    obstacles: tuple[Obstacle, ...]

    @property
    def allowed(self) -> bool:
        """Whether state and guard let it pass."""
        return not self.why and not self.obstacles


def offers(desk: Desk, record: Record) -> list[Offer]:
    """Every step of the kind, the legal ones first."""
    with desk.store.reading() as connection:
        taking, record = Taking(Mended(desk, connection)), mended(record)
        noun = words(record.noun)
        made = []
        for step in STEPS.get(record.noun, ()):
            why = blocked(step, record, noun)
            made.append(Offer(step, why, () if why else obstacles(step, record, taking)))
        return sorted(made, key=lambda offer: (bool(offer.why), bool(offer.obstacles)))


def do(
    desk: Desk,
    record: Record,
    verb: str,
    *,
    reason: str = "",
    override: str = "",
    given: Mapping[str, Any] | None = None,
) -> Record:
    """Take one step. Raises RuleBroken with every record in the way; `override` is the reason to go on anyway."""
    with desk.store.writing() as connection:
        changes = _taken(Mended(desk, connection), record, verb, reason, override, given or {})
        said = "; ".join(filter(None, (reason, override and f"guards overridden: {override}")))
        acting.write(desk, connection, record.group, changes, said)
        return acting.reread(connection, type(record), record.id, record.group)


def check(desk: Desk, record: Record, verb: str, reason: str, override: str, given: Mapping[str, Any]) -> None:
    """Raise what `do` would raise; nothing is done."""
    with desk.store.reading() as connection:
        _taken(Mended(desk, connection), record, verb, reason, override, given)


def _taken(
    world: Mended, record: Record, verb: str, reason: str, override: str, given: Mapping[str, Any]
) -> list[Change]:
    """What a step changes."""
    step, connection = named(record.noun, verb), world.connection
    current = acting.reread(connection, type(record), record.id, record.group)
    rules.only_live(current)
    shown = drafting.opened(connection, current)
    _one_state(step, shown)
    _readable(step, current)
    values = drafting.typed(world, type(current), given, drafting.values_of(current), current.group)
    others = STEPS.get(record.noun, ())
    outcome = take(step, mended(current), Taking(world, reason, values), override=override, others=others)
    return _changes(world, shown, outcome)


def named(noun: str, verb: str) -> Step:
    """The step of that name."""
    steps = {step.name: step for step in STEPS.get(noun, ())}
    if verb not in steps:
        hint = f"its steps are: {', '.join(steps) or 'none'}"
        raise NotFound(f"{words(noun)} has no step «{verb}»{nearest(verb, steps)}", hint)
    return steps[verb]


def _one_state(step: Step, shown: Opened) -> None:
    if step.field in shown.record.conflicts:
        rule = f"{shown.record.noun}.{step.field}"
        hint = "settle it first: `set ... --settle`, or in the app `g c`"
        raise RuleBroken(f"{words(step.field)} has several values", hint, code=rule)


def _readable(step: Step, record: Record) -> None:
    """A step would write a blank over what only a newer version can read."""
    torn = [name for name in (step.field, *step.vouches) if name and f"record.unreadable:{name}" in record.flags]
    if torn:
        hint = "set it anew with a reason, or use the version that it was written with"
        raise RuleBroken(f"{torn[0]} holds a value that cannot be read here", hint, code="record.unreadable")


def _changes(world: World, shown: Opened, outcome: StepOutcome) -> list[Change]:
    group = shown.record.group
    changes = [drafting.revision(shown, outcome.fields)] if outcome.fields else []
    for noun, fields in outcome.beside:
        changes.append(_beside(world, world.connection, shown.record, BY_NOUN[noun], group, fields))
    return changes


def _beside(
    world: World, connection: Connection, record: Record, kind: type[Record], group: str, fields: Mapping[str, Any]
) -> Change:
    """A new record that a step makes: marked as the one it is about."""
    values = {"marking": record.marking, "synthetic": record.synthetic, **fields}
    values |= labels.numbered(connection, kind, group, values)
    return drafting.creation(world, kind, group, values, drafting.new_id())
