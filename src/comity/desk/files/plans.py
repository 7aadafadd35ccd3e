"""Plan files against the store: what applying one would do, doing it in one transaction, and writing one."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from comity.desk import acting, drafting, labels, names, placing, refs, rules
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.files.identity import source_id
from comity.desk.names import Names
from comity.desk.world import R, World
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.marking import join
from comity.domain.naming import KEYS, natural_key
from comity.domain.parse import parse
from comity.domain.record import Record, facets
from comity.domain.systems import AccessWindow
from comity.errors import Ambiguous, BadInput, ComityError, NotFound, Problem
from comity.exporters.plan import plan_toml
from comity.importers.plan import PlanFile, drafted
from comity.importers.plan_entries import PlanEntry
from comity.log.commit import Change

Act = Literal["add", "change", "retire", "unchanged"]


@dataclass(frozen=True)
class Deed:
    """What applying a plan does to one record."""

    act: Act
    noun: str
    id: str
    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Applied:
    """What a plan did, or would do."""

    exercise: str
    deeds: tuple[Deed, ...]
    dry_run: bool
    left: tuple[Deed, ...] = ()  # records of the exercise that the file does not name

    def count(self, act: Act) -> int:
        """How many records."""
        return sum(deed.act == act for deed in self.deeds)


@dataclass(frozen=True)
class PlannedWorld(World):
    """The world as it will be once the plan is applied: records that are about to be made are in it already."""

    made: dict[str, Record] = field(default_factory=dict)

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id, made or about to be."""
        drafted = self.made.get(id)
        return drafted if isinstance(drafted, kind) else super().get(kind, id)


@dataclass
class Application:
    """One plan on its way into the store."""

    world: PlannedWorld
    plan: PlanFile
    ids: dict[tuple[str, ...], str] = field(default_factory=dict)
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    deeds: list[Deed] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)
    known: dict[tuple[str, str], dict[tuple[str, ...], Record]] = field(default_factory=dict)
    called: Names = field(init=False)

    def __post_init__(self) -> None:
        self.called = Names(self.world.connection, self.world.made)

    def take(self, entry: PlanEntry) -> None:
        """Work out what one entry does; its problems are noted under its line, those of who refers to it are not."""
        try:
            self._take(entry)
        except ComityError as error:
            name = "group" if isinstance(error, (NotFound, Ambiguous)) else ""
            found = error.problems or (Problem(name, f"{error.message}{'; ' + error.hint if error.hint else ''}"),)
            self.problems += [
                Problem(f"{entry.noun}.{each.field}".rstrip("."), f"{entry.place(each.field)}: {each.message}")
                for each in found
            ]
            self.ids.setdefault(entry.key, entry.id or source_id("", entry.noun, *entry.key))

    def _take(self, entry: PlanEntry) -> None:
        kind = BY_NOUN[entry.noun]
        group = placing.group_id(self.world, entry.group)
        raw = {**entry.raw, **({"marking": entry.marking} if entry.marking else {})}
        values = parse(kind, raw, resolve=partial(self.resolve, group=group), today=self.world.today)
        there = self._there(kind, group, entry, values)
        self.ids[entry.key] = there.id if there else entry.id or source_id(group, entry.noun, *entry.key)
        if there is None:
            self._add(kind, group, values, self.ids[entry.key])
        else:
            self._change(there, values)

    def resolve(self, noun: str, text: str, group: str) -> str:
        """The id of what the plan calls so: first in the file, then in the store."""
        entry = self.plan.entry(noun, text)
        if entry is not None and entry.key in self.ids:
            return self.ids[entry.key]
        return refs.find(self.world, text, None if noun == "*" else noun, group).id

    def _there(self, kind: type[Record], group: str, entry: PlanEntry, values: Mapping[str, Any]) -> Record | None:
        """The stored record that an entry is about: by id, by what made it, or by what tells it from its like."""
        for id in filter(None, (entry.id, source_id(group, entry.noun, *entry.key))):
            found = self.world.get(kind, id)
            if found is not None and found.group == group:
                return found
        if (kind.noun, group) not in self.known:
            live = self.world.find(kind, group=group)
            self.known[kind.noun, group] = {natural_key(kind.noun, drafting.values_of(each)): each for each in live}
        return self.known[kind.noun, group].get(natural_key(kind.noun, values))

    def _add(self, kind: type[Record], group: str, values: dict[str, Any], id: str) -> None:
        told, values = tuple(values), {**placing.inherited(self.world, kind, group, values), **values}
        if taken := [*rules.twins(self.world, kind, group, values)]:
            rules.require(kind, [*taken, *rules.placed(self.world, kind, group, values)])
        if kind.label_prefix and not values.get(kind.code_field):
            values[kind.code_field] = self._label(kind, group)
        self.changes[group].append(drafting.creation(self.world, kind, group, values, id))
        self.world.made[id] = kind(id=id, group=group, **values)
        self.deeds.append(Deed("add", kind.noun, id, self._name(self.world.made[id]), told))

    def _label(self, kind: type[Record], group: str) -> str:
        key = (kind.noun, group)
        if key not in self.numbers:
            given = [each.raw.get(kind.code_field) for each in self.plan.entries if each.noun == kind.noun]
            there = labels.highest(self.world.connection, kind, group)
            self.numbers[key] = max(there, labels.number(kind, [str(each) for each in given if each]))
        self.numbers[key] += 1
        return labels.label(kind, self.numbers[key])

    def _change(self, record: Record, values: dict[str, Any]) -> None:
        opened = drafting.opened(self.world.connection, record)
        states = rules.state_fields(record.noun)
        fresh = {
            name: value
            for name, value in values.items()
            if name not in states and drafting.differs(record, name, value)
        }
        if not fresh:
            self.deeds.append(Deed("unchanged", record.noun, record.id, self._name(record)))
            return
        rules.only_live(record)
        rules.check(self.world, record, fresh, reason="plan", settle=False)
        self.changes[record.group].append(drafting.revision(opened, fresh))
        self.deeds.append(Deed("change", record.noun, record.id, self._name(record), tuple(fresh)))

    def _name(self, record: Record) -> str:
        return self.called.own(type(record), vars(record)) or names.name(record) or record.id[-names.TAIL :]

    def left(self) -> Iterator[tuple[Opened, Deed]]:
        """The live records of the exercise that the plan does not name; what a log or a step made is left alone."""
        exercise = next((id for key, id in self.ids.items() if key[0] == "exercise"), None)
        kept = set(self.ids.values())
        for record in belonging(self.world, exercise) if exercise else ():
            if record.id not in kept and record.noun not in ("deviation", "acknowledgement", "note", "disclosure"):
                opened = drafting.opened(self.world.connection, record)
                yield opened, Deed("retire", record.noun, record.id, self._name(record))


def apply(desk: Desk, path: Path, *, dry_run: bool = False, retire: bool = False) -> Applied:
    """Make the store match a plan file, wholly or not at all. Raises BadInput with every problem and its line."""
    plan = drafted(path)
    entering = desk.store.reading if dry_run else desk.store.writing
    with entering() as connection:
        application = Application(PlannedWorld(desk, connection), plan, problems=[*plan.problems])
        for entry in plan.entries:
            application.take(entry)
        if application.problems:
            raise refused(path, application.problems)
        left = list(application.left())
        if retire:
            for opened, deed in left:
                application.changes[opened.record.group].append(drafting.retirement(opened))
                application.deeds.append(deed)
        if not dry_run:
            for group, changes in application.changes.items():
                acting.write(desk, connection, group, changes, f"plan {path.name}")
        rest = () if retire else tuple(deed for _, deed in left)
        return Applied(plan.exercise, tuple(application.deeds), dry_run, rest)


def refused(path: Path, problems: list[Problem]) -> BadInput:
    """One error over all problems of a plan, in the order of its lines."""
    problems = sorted(problems, key=_line)
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    told = f"{problems[0].field}: {problems[0].message}{more}"
    return BadInput(f"{path.name} was not applied: {told}", "nothing was written; mend the file", problems)


def _line(problem: Problem) -> int:
    found = re.match(r"line (\d+): ", problem.message)
    return int(found[1]) if found else 0


def export(desk: Desk, exercise: Record) -> str:
    """The exercise with all that belongs to it as a plan file that `apply` reads back unchanged."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        return plan_toml(exercise, _planned(world, exercise), lambda id: _called(world, id), world.group_name)


def marking(desk: Desk, exercise: Record) -> str:
    """The least marking that covers all that `export` writes."""
    with desk.store.reading() as connection:
        records = _planned(World(desk, connection), exercise)
    return join({exercise.marking, *(each.marking for some in records.values() for each in some)})


def _planned(world: World, exercise: Record) -> dict[str, list[Record]]:
    records: dict[str, list[Record]] = defaultdict(list)
    for record in [*belonging(world, exercise.id), *_beside(world, exercise)]:
        if record.id not in {each.id for each in records[record.noun]}:
            records[record.noun].append(record)
    return records


def belonging(world: World, exercise: str) -> Iterator[Record]:
    """The live records of an exercise: what names it, and what names a part of it."""
    parts = {exercise}
    for kind in KINDS:
        above = [name for name in ("exercise", kind.parent_field, "subject") if name in facets(kind)]
        for record in world.find(kind) if above else ():
            if record.id != exercise and parts.intersection(getattr(record, name) for name in above):
                parts.add(record.id)
                yield record


def _beside(world: World, exercise: Record) -> Iterator[Record]:
    """What the parts of an exercise refer to outside of it, and the access windows of its systems."""
    todo = list(belonging(world, exercise.id))
    seen = {exercise.id, *(record.id for record in todo)}
    while todo:
        for _, target in rules.references(world, type(todo[-1]), vars(todo.pop())):
            if target is not None and target.id not in seen and target.noun != "exercise" and target.noun in KEYS:
                seen.add(target.id)
                todo.append(target)
                yield target
    yield from (window for window in world.find(AccessWindow) if window.system in seen and window.id not in seen)


def _called(world: World, id: str) -> str:
    return names.short(world.connection, refs.find(world, id))
