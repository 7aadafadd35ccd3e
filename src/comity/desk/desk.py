"""An open home: its store, its keys, its settings, and the day it is."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.desk.clock import Clock, wall_clock
from comity.home import SKETCH
from comity.log.acts import Public
from comity.settings import Settings
from comity.store.store import Store

if TYPE_CHECKING:
    from comity.domain.record import Record


@dataclass
class Desk:
    """What screens and commands are given: one person at one device of one institute."""

    home: Path
    store: Store
    settings: Settings
    institute: str
    person: str
    device: str
    root: Public  # the recovery key of the institute, which founds its groups
    fixed_day: date | None = None
    clock: Clock = wall_clock
    written: list[tuple[bytes, ...]] = field(default_factory=list)  # the acts of this session, by their dots
    passed: Any = None  # the last pass over the checks, see `checking.Pass`
    later: Callable[[], None] | None = None  # has a slow pass made in a thread; until then the last one is shown
    # whom references do not name, since the screen keeps it off
    keeps_off: Callable[["Record"], bool] = field(default=lambda record: False, repr=False)
    locks: bool = False  # whether its keys are under a passphrase: then it leaves what a sync while locked needs

    @property
    def today(self) -> date:
        """The day from which derived facts are told: as fixed, else by the clock, UTC."""
        return self.fixed_day or self.clock().date()

    def now(self) -> datetime:
        """The moment from which ages are told; of a fixed day its first, UTC."""
        return datetime.combine(self.fixed_day, time(), UTC) if self.fixed_day else self.clock()

    def at_ms(self) -> int:
        """The moment of an act, as commits and receipts write it: milliseconds by the clock."""
        return int(self.clock().timestamp() * 1000)

    def close(self) -> None:
        """Close the store; leave beside it what carrying while locked needs, where there is a hub to carry to."""
        if self.locks and self.settings.hubs:
            from comity.sync.sketch import leave

            leave(self.home, self.store)
            return
        self.store.close()
        if (self.home / SKETCH).exists():
            (self.home / SKETCH).unlink()


@contextmanager
def beside(desk: Desk) -> Iterator[Desk]:
    """The same desk with a store of its own, for another thread."""
    with closing(Store.open(desk.home, desk.store.keys)) as store:
        yield replace(desk, store=store)
