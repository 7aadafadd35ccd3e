"""The way in for one group: every page is verified, stored in one transaction, and counted."""

from functools import cached_property

from comity.log.envelope import Envelope
from comity.log.upheaval import Ground, Upheaval, is_great
from comity.sync.outcome import Allow, GroupOutcome, MassChange, Progress, Tell
from comity.sync.side import Side


class Intake:
    """Takes the pages of one session for one group, from whatever carries them."""

    def __init__(self, shelf: Side, group: bytes, tell: Tell, allow: Allow) -> None:
        self.outcome = GroupOutcome(group)
        self._shelf, self._tell, self._allow = shelf, tell, allow
        self._retired: set[int] = set()

    @cached_property
    def signers(self) -> dict[bytes, bytes]:
        """The keys of the seats known so far."""
        return self._shelf.signers(self.outcome.group)

    @cached_property
    def _ground(self) -> Ground:
        """The group as it is before anything is taken; a session with nothing to take need not count."""
        return self._shelf.ground(self.outcome.group)

    def take(self, data: tuple[bytes, ...]) -> list[Envelope]:
        """Store what of a page verifies, and say what that was."""
        group = self.outcome.group
        checked = self._shelf.check(group, data, self.signers)
        self.outcome.bad.update(checked.bad)
        self.outcome.unknown += len(checked.unknown)
        if checked.good:
            self.outcome.received += self._shelf.take(group, checked.good, self._ground, self._retired, self._agree)
        self._tell(Progress(group, "receiving", self.outcome.received))
        return checked.good

    def _agree(self, before: Ground, upheaval: Upheaval) -> None:
        if is_great(before, upheaval):
            change = MassChange(self.outcome.group, before, upheaval)
            if not self._allow(change):
                raise change
            self._allow = lambda *_: True  # one yes is for the session
