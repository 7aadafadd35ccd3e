"""Evaluation logs into runs: each log is one run, found again by its eval_id, whoever imports it and how often."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, cast

from uuid_utils import UUID

from comity.desk import acting, asking, drafting, labels, placing
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.files.deviations import deviation_changes
from comity.desk.files.identity import source_id
from comity.desk.files.matching import LogPlace, place_of
from comity.desk.world import World
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.runs import Run
from comity.domain.wording import listed
from comity.errors import ComityError, NotFound
from comity.importers.inspect_log import InspectLog, read_log
from comity.log.commit import Change
from comity.log.fold import latest, outranked

Result = Literal["added", "unchanged", "updated", "refused"]
STATUSES: Final = {"started": "running", "success": "succeeded", "error": "failed", "cancelled": "cancelled"}
ENDINGS: Final = (".eval", ".json")


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file: the run it is, or why it was refused."""

    file: str
    outcome: Result
    run: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class LogErrand:
    """What the caller of an import says about all its files; without an institute they are taken for its own."""

    exercise: Exercise | None
    institute: str
    language: str
    dry_run: bool


def import_logs(
    desk: Desk,
    paths: Iterable[Path],
    *,
    exercise: str = "",
    institute: str = "",
    language: str = "",
    dry_run: bool = False,
    on_progress: Callable[[FileOutcome], None] = lambda outcome: None,
) -> list[FileOutcome]:
    """Import every log in a transaction of its own; what cannot be read is refused by name, the others go through."""
    within = cast(Exercise, asking.find(desk, exercise, "exercise")) if exercise else None
    errand = LogErrand(within, institute, language, dry_run)
    outcomes = []
    for path in files(paths):
        try:
            outcome = _import(desk, path, read_log(path), errand)
        except ComityError as error:
            outcome = FileOutcome(str(path), "refused", None, " ".join(filter(None, (error.message, error.hint))))
        on_progress(outcome)
        outcomes.append(outcome)
    return outcomes


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The named files, and the logs directly in the named folders."""
    for path in paths:
        if path.is_dir():
            yield from sorted(each for each in path.iterdir() if each.suffix in ENDINGS and each.is_file())
        else:
            yield path


def _import(desk: Desk, path: Path, log: InspectLog, errand: LogErrand) -> FileOutcome:
    if errand.dry_run:
        with desk.store.reading() as connection:
            return _would(World(desk, connection), path, log, errand)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        known = _known(world, log)
        if known is not None:
            return _update(world, path, log, known)
        return _add(world, path, log, errand)


def _known(world: World, log: InspectLog) -> Run | None:
    """The run that this log is; where two offline houses made one each, the one of this institute."""
    runs = sorted(world.find(Run, eval_id=log.eval_id), key=lambda run: (run.institute != world.institute, run.id))
    return runs[0] if runs else None


def _would(world: World, path: Path, log: InspectLog, errand: LogErrand) -> FileOutcome:
    known = _known(world, log)
    if known is None:
        told = _told(world, _place(world, log, errand), errand)
        return FileOutcome(str(path), "added", None, "; ".join(filter(None, ("would be added", told))))
    changed = outranked(drafting.opened(world.connection, known).heads.get("header", {}), _stamped(log, None))
    return FileOutcome(str(path), "updated" if changed else "unchanged", known.id)


def _update(world: World, path: Path, log: InspectLog, known: Run) -> FileOutcome:
    opened = drafting.opened(world.connection, known)
    change, called = facts(known, opened, log), known.label or known.id
    if change is None:
        same = _stamped(log, log.header) in opened.heads.get("header", {}).values()
        told = f"is {called} already" if same else f"{called} has a later word of this log already"
        return FileOutcome(str(path), "unchanged", known.id, told)
    changes = [change, *deviation_changes(world, known, log)]
    acting.write(world.desk, world.connection, known.group, changes, f"same log, content changed ({path.name})")
    return FileOutcome(str(path), "updated", known.id, "same log, content changed")


def _add(world: World, path: Path, log: InspectLog, errand: LogErrand) -> FileOutcome:
    place = _place(world, log, errand)
    if place.planned is not None:
        opened = drafting.opened(world.connection, place.planned)
        change = facts(place.planned, opened, log)
        run, changes = place.planned, [change] if change else []
    else:
        run, change = _new_run(world, log, place, errand)
        changes = [change]
    changes += deviation_changes(world, run, log, place.cell)
    acting.write(world.desk, world.connection, run.group, changes, f"import of {path.name}")
    return FileOutcome(str(path), "added", run.id, _told(world, place, errand))


def _place(world: World, log: InspectLog, errand: LogErrand) -> LogPlace:
    return place_of(world, log, errand.exercise, errand.institute or world.institute, errand.language)


def _told(world: World, place: LogPlace, errand: LogErrand) -> str:
    """What a person has to know: why it fits no cell, for whom it was recorded, whose it may be as well."""
    if errand.institute:
        return place.why
    whose = f"recorded for {world.institute}"
    also = f", but may be of {listed(place.others, 'or')}: name whose it is with --institute" if place.others else ""
    return "; ".join(filter(None, (place.why, whose + also)))


def _new_run(world: World, log: InspectLog, place: LogPlace, errand: LogErrand) -> tuple[Run, Change]:
    above: Record | None = place.cell or errand.exercise
    group = above.group if above else world.desk.store.private
    values = {
        **placing.inherited(world, Run, group, {"cell": place.cell.id if place.cell else None}),
        "cell": place.cell.id if place.cell else None,
        "exercise": place.exercise,
        "institute": errand.institute or world.institute,
        "language": errand.language,
        "retry_of": place.retry_of,
    }
    if above and not place.cell:
        values |= {"marking": above.marking, "synthetic": above.synthetic}
    values |= labels.numbered(world.connection, Run, group, values)
    id = source_id(group, "run", log.eval_id)
    if world.get(Run, id) is not None:
        raise NotFound(f"run {id} of this log was retired", "undo its retirement first: `comity run history REF`")
    made = drafting.creation(world, Run, group, values, id)
    run = Run(id=id, group=group, **values)
    told = facts(run, Opened(run, {}), log)
    return run, Change(made.kind, UUID(id).bytes, made.set | (told.set if told else {}), ())


def facts(run: Run, opened: Opened, log: InspectLog) -> Change | None:
    """The change that tells a run what its log says; None where a log of a later word was here before."""
    heads = opened.heads.get("header", {})
    header = _stamped(log, log.header)
    over = outranked(heads, header)
    if heads and not over:
        return None
    status = _stamped(log, STATUSES.get(str(log.facts.get("status")), "unknown"))
    over_status = outranked(opened.heads.get("execution_status", {}), status)
    sets = {"header": header, "execution_status": status}
    return Change("run", UUID(run.id).bytes, sets, tuple(sorted({*over, *over_status})))


def _stamped(log: InspectLog, value: object) -> list[object]:
    time, digest = log.source
    return latest(time, digest, value)
