"""What lies between two replicas: a hub, or whatever else answers the messages of `wire`."""

from typing import Protocol

from comity.errors import NotFound, Refused
from comity.sync.wire import Chain, Links, Look, Looked, Page, Pull, Push, Pushed, Receipts, Swap


class NoGroup(NotFound):
    """The carrier holds no such group, or none that this device stands in: it does not say which."""

    code = "no_group"


class Full(Refused):
    """No more of this group is kept, on either side; other groups go on."""

    code = "full"


class Carrier(Protocol):
    """One that holds sealed envelopes for others; it may lag, lose, repeat or withhold, and is believed nothing."""

    @property
    def name(self) -> str:
        """How people call it."""

    def look(self, ask: Look) -> Looked:
        """What it holds of the groups this device stands in."""

    def links(self, ask: Links) -> Chain:
        """The ids of one chain."""

    def pull(self, ask: Pull) -> Page:
        """Envelopes that it holds."""

    def push(self, give: Push) -> Pushed:
        """Hand it envelopes."""

    def swap(self, ask: Swap) -> Receipts:
        """Hand it receipts, and ask for newer ones."""
