"""Where a run left the frozen protocol of its strand: each difference is a record that somebody decides."""

from collections.abc import Mapping
from typing import Any

from uuid_utils import UUID

from comity.desk import drafting
from comity.desk.files.identity import source_id
from comity.desk.world import World
from comity.domain.comparability import Departure, deviations
from comity.domain.field_classes import FIELD_CLASSES
from comity.domain.protocols import Protocol
from comity.domain.record import encode
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.systems import System
from comity.importers.inspect_log import InspectLog
from comity.log.commit import Change


def frozen(world: World, cell: Cell) -> Protocol | None:
    """The protocol in force for a cell: the highest frozen version of its strand."""
    found = world.find(Protocol, strand=cell.strand, status="frozen")
    return max(found, key=lambda protocol: protocol.version, default=None)


def settings(protocol: Protocol) -> dict[str, Mapping[str, Any]]:
    """The settings of a protocol by field class."""
    return {name: getattr(protocol, name) or {} for name in FIELD_CLASSES}


def told(world: World, cell: Cell | None, reported: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The settings of a run, with what its cell says of system and language."""
    system = world.get(System, cell.system) if cell else None
    if cell is None or system is None:
        return dict(reported)
    known = {
        "system": system.name,
        "language": cell.language,
        "checkpoint": system.checkpoint or None,
        "safeguard_state": system.safeguard_state or None,
    }
    named = {name: value for name, value in known.items() if value}
    return {**reported, "identity": {**reported.get("identity", {}), **named}}


def compared(world: World, a: Run, b: Run) -> tuple[Protocol | None, list[dict[str, Mapping[str, Any]]]]:
    """What two runs are compared by: the protocol in force for either, and the settings of each."""
    cells = [world.get(Cell, run.cell) if run.cell else None for run in (a, b)]
    protocol = next((found for cell in cells if cell and (found := frozen(world, cell))), None)
    return protocol, [told(world, cell, _reported(run)) for cell, run in zip(cells, (a, b), strict=True)]


def _reported(run: Run) -> Mapping[str, Mapping[str, Any]]:
    found = (run.header or {}).get("settings")
    return found if isinstance(found, dict) else {}


def deviation_changes(world: World, run: Run, log: InspectLog, cell: Cell | None = None) -> list[Change]:
    """The changes that keep the deviations of a run as its log now has them; one that succeeded is said to deviate."""
    cell = cell or (world.get(Cell, run.cell) if run.cell else None)
    protocol = frozen(world, cell) if cell else None
    if cell is None or protocol is None:
        return []
    found = [each for each in deviations(settings(protocol), told(world, cell, log.settings)) if each.reported]
    changes = [change for each in found if (change := _deviation(world, run, each))]
    if found and run.validity == "unreviewed" and log.facts.get("status") == "success":
        opened = drafting.opened(world.connection, run)
        over = tuple(sorted(opened.heads.get("validity", {})))
        changes.append(Change("run", UUID(run.id).bytes, {"validity": "deviated"}, over))
    return changes


def _deviation(world: World, run: Run, departure: Departure) -> Change | None:
    id = source_id(run.group, "deviation", run.id, departure.field_class, departure.field)
    there = world.get(Deviation, id)
    said = {"expected": _shown(departure.expected), "actual": _shown(departure.actual)}
    if there is not None:
        moved = {name: value for name, value in said.items() if getattr(there, name) != value}
        return drafting.revision(drafting.opened(world.connection, there), moved) if moved else None
    values = {
        "run": run.id,
        "field_class": departure.field_class,
        "setting": departure.field,
        "disposition": "open",
        "marking": run.marking,
        "synthetic": run.synthetic,
        **said,
    }
    sets, _ = drafting.settings(Deviation, {}, values)
    return Change("deviation", UUID(id).bytes, {"originator": world.institute, **sets})


def _shown(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(each) for each in value)
    return (
        f"{value:_}"
        if isinstance(value, int) and not isinstance(value, bool) and value >= 10_000
        else str(encode(value))
    )
