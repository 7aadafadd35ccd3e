"""The world as a reader may be told of it: what does not reach them is not there, neither by name nor by number."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from comity.desk.world import World
from comity.domain.findings import CorrectiveAction, Finding, Guidance
from comity.domain.institutes import Institute
from comity.domain.marking import join
from comity.domain.record import Record
from comity.domain.runs import Deviation, Run
from comity.domain.sight import is_whole, mended
from comity.errors import NotFound
from comity.store import reading

R = TypeVar("R", bound=Record)
OWN: Final = ""  # whoever sits at this device
PUBLIC: Final = "public"
_OPEN: Final = join(())


@dataclass(frozen=True)
class Reach(World):
    """What reaches a reader: an institute all that is in a group where it stands, the public what was released."""

    reader: str = OWN
    held: dict[str, bool] = field(default_factory=dict)

    @property
    def institute(self) -> str:
        """Whose people are all known to the reader; of other houses nobody here can say that."""
        return super().institute if self.reader in (OWN, super().institute) else ""

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id, that of a group which reaches the reader."""
        first = super().get(kind, id)
        if first is None:
            return None
        others = (reading.get(self.connection, kind, id, group) for group in self.desk.store.groups())
        return next((mended(each) for each in (first, *others) if each and self._tells(each)), None)

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        """The live records with these values that reach the reader."""
        return [mended(each) for each in super().find(kind, **equals) if self._tells(each)]

    def _tells(self, record: Record) -> bool:
        return is_whole(record) and self.reaches(record)

    def reaches(self, record: Record) -> bool:
        """Whether the reader may be told of it."""
        if self.reader == PUBLIC:
            return join([record.marking]) == _OPEN and self._is_released(record)
        return not self.reader or self._holds(record.group)

    def _holds(self, group: str) -> bool:
        if group not in self.held:
            self.held[group] = self.reader in self.members(group)
        return self.held[group]

    def _is_released(self, record: Record) -> bool:
        """Whether it was let out, and so was what it is about; most kinds are let out by their marking alone."""
        match record:
            case Run():
                return record.release_state == "released"
            case Finding():
                under_embargo = record.embargo_until and record.embargo_until > self.today
                return record.status == "published" and not under_embargo
            case Guidance():
                return record.status == "published"
            case Deviation():
                return self.get(Run, record.run) is not None
            case CorrectiveAction():
                return not record.finding or self.get(Finding, record.finding) is not None
        return True


def reader_called(world: World, named: str) -> str:
    """The reader whom a person names: the public, or an institute that is known here. Raises NotFound."""
    if named.lower() in (OWN, PUBLIC):
        return named.lower()
    seated = {code for group in world.desk.store.groups() for code in world.members(group)}
    known = sorted({world.institute, *seated, *(each.code for each in world.find(Institute))})
    found = [code for code in known if code.lower() == named.lower()]
    if not found:
        raise NotFound(f"no institute «{named}» is known here", f"known: {', '.join(known)}; or {PUBLIC}")
    return found[0]
