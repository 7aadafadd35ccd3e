"""A real hub for laptops, behind a real server on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from comity.hub.access import invite
from comity.hub.ledger.opening import open_ledger
from comity.hub.limits import Limits, Rate
from comity.hub.service import Hub
from comity.sync.http import HttpCarrier, Patience
from hub.stage import served
from laws.laptops import Laptop

FREELY = Rate(1e9, 10**9)
OPEN = Limits(address=FREELY, device=FREELY, knocks=FREELY)
AT_ONCE = Patience(attempts=4, longest=0.0)


class Running:
    """A hub and its address."""

    def __init__(self, hub: Hub, url: str) -> None:
        self.hub, self.url = hub, url

    def invite(self, institute: str) -> str:
        with self.hub.ledger.writing() as connection:
            return invite(connection, institute, self.hub.now_ms() + 60_000)

    def line(
        self, laptop: Laptop, *, invited: bool = False, url: str = "", patience: Patience = AT_ONCE
    ) -> HttpCarrier:
        """The way of a laptop to the hub."""
        code = self.invite(laptop.institute) if invited else ""
        device, carrier = laptop.device, laptop.keys.carrier
        return HttpCarrier("hub", url or self.url, device, carrier, invite=code, patience=patience)

    def held(self) -> list[bytes]:
        with self.hub.ledger.reading() as connection:
            return [id for (id,) in connection.all("SELECT id FROM envelope")]


@contextmanager
def running(folder: Path, limits: Limits = OPEN, database: str = "") -> Iterator[Running]:
    ledger = open_ledger(database or f"sqlite:///{folder / 'hub.db'}")
    hub = Hub(ledger, ["127.0.0.1"], limits)
    with served(hub) as client:
        yield Running(hub, str(client.base_url))
