"""What is known of what others hold: receipts, what carriers showed, what bundles were written."""

from collections.abc import Iterable, Mapping

from comity.log.receipt import Receipt, Signed, Tip, sound
from comity.log.ring import lacking
from comity.store import exchange
from comity.store.store import Store
from comity.sync.clock import Millis


class Evidence:
    """Who says to hold what, as kept in a store."""

    def __init__(self, store: Store, clock: Millis) -> None:
        self.store, self.clock = store, clock
        self.device = store.keys.pair.public.sign

    def sign(self, group: bytes) -> None:
        """Say in a receipt what is held, where the last one says something else."""
        with self.store.reading() as connection:
            reached = exchange.reaches(connection, group)
            last = exchange.receipts(connection, group).get(self.device)
            circle = self.store.circles.of(group)
        tips = {seat: reach.tip for seat, reach in reached.items()}
        missing = lacking(circle.acts, circle.keys)
        said = last.receipt if last else None
        if said is None or (said.tips, said.lacking) != (tips, missing):
            at_ms = max(self.clock(), said.at_ms + 1 if said else 0)
            receipt = Receipt(group, self.device, at_ms, tips, missing)
            self._keep(group, [Signed.of(receipt, self.store.keys.carrier)])

    def receipts(self, group: bytes) -> dict[bytes, Signed]:
        """The newest receipt of each device."""
        with self.store.reading() as connection:
            return exchange.receipts(connection, group)

    def keep(self, group: bytes, given: Iterable[bytes]) -> int:
        """Keep the receipts that a device with a seat signed; how many were new."""
        with self.store.reading():
            seats = self.store.circles.of(group).standing.seats.values()
            carriers = {(seat.device, seat.carrier) for seat in seats if seat.carrier}
        return self._keep(group, sound(given, group, carriers))

    def shown(self, group: bytes, carrier: str) -> dict[bytes, Tip]:
        """What a carrier showed when it was last visited."""
        with self.store.reading() as connection:
            return exchange.shown(connection, group, carrier)

    def remember(self, group: bytes, carrier: str, tips: Mapping[bytes, Tip]) -> None:
        """Remember what a carrier shows now, and how far everything is looked at."""
        with self.store.reading() as connection:
            same = exchange.shown(connection, group, carrier) == tips
        if not same:
            with self.store.writing() as connection:
                exchange.note_shown(connection, group, carrier, tips)
                exchange.note_reaches(connection, group)

    def note_bundle(self, bundle: bytes, said: bytes) -> None:
        """Remember what a bundle brings."""
        with self.store.writing() as connection:
            exchange.note_bundle(connection, bundle, said)

    def noted_bundles(self) -> list[bytes]:
        """What was remembered of bundles written here."""
        with self.store.reading() as connection:
            return exchange.noted_bundles(connection)

    def _keep(self, group: bytes, given: list[Signed]) -> int:
        if not given:
            return 0
        with self.store.writing() as connection:
            return exchange.keep(connection, group, given)
