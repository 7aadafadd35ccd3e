"""Whose hand makes an act of membership: this device's, or the one that holds the recovery key on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from comity.log.acts import AnyAct
from comity.log.envelope import Envelope
from comity.log.keys import Pair
from comity.log.standing import Seat
from comity.store import paper
from comity.store.circle import Circle
from comity.store.database import Connection
from comity.store.store import Store


class Hand(Protocol):
    """What makes acts in a group: its seats there, the keys it can hand on, its pen."""

    def seats(self, connection: Connection, group: bytes) -> list[Seat]:
        """The seats from which it can act, the best first."""

    def circle(self, group: bytes) -> Circle:
        """The group, with the keys that this hand holds."""

    def write(self, connection: Connection, group: bytes, seat: Seat, act: AnyAct, at_ms: int) -> Envelope:
        """Make an act from one of its seats."""


@dataclass(frozen=True)
class DeviceHand:
    """This device."""

    store: Store

    def seats(self, connection: Connection, group: bytes) -> list[Seat]:
        """The one from which it writes."""
        return [self.store.writer.place(connection, group)]

    def circle(self, group: bytes) -> Circle:
        """The group as the device sees it."""
        return self.store.circles.of(group)

    def write(self, connection: Connection, group: bytes, seat: Seat, act: AnyAct, at_ms: int) -> Envelope:
        """From where the device goes on writing, which may be a renewed chain of the seat."""
        return self.store.writer.act(connection, group, act, at_ms)


@dataclass(frozen=True)
class PaperHand:
    """Whoever holds the words of a recovery key."""

    store: Store
    pair: Pair

    def seats(self, connection: Connection, group: bytes) -> list[Seat]:
        """Those of the key, the root's first."""
        return paper.seats(self.circle(group), self.pair)

    def circle(self, group: bytes) -> Circle:
        """The group with the keys that were sealed to the recovery key."""
        circle = self.store.circles.of(group)
        return circle._replace(keys=self._keys(circle))

    def write(self, connection: Connection, group: bytes, seat: Seat, act: AnyAct, at_ms: int) -> Envelope:
        """From the place of a seat."""
        return paper.write(connection, self.store.circles, group, seat.place.id, act, at_ms, self.pair)

    def _keys(self, circle: Circle) -> Mapping[bytes, bytes]:
        return paper.held(circle, self.pair)
