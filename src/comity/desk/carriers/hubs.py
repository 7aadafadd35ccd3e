"""The hubs of this device: added when they let it in, known again by their id, kept in the settings."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity import settings
from comity.desk.desk import Desk
from comity.domain.when import from_ms
from comity.domain.wording import listed as enumerated
from comity.errors import BadInput, NotFound, Problem, Refused
from comity.home import USERS
from comity.settings import Hub
from comity.store import visits
from comity.store.visits import Visited

if TYPE_CHECKING:
    from comity.sync.http import HttpCarrier, Patience

NAME = r"[\w-]{1,64}"


@dataclass(frozen=True, slots=True)
class HubState:
    """A hub, and the last session with it."""

    name: str
    hub: Hub
    last: Visited | None

    @property
    def reached(self) -> datetime | None:
        """When a session with it ended well last."""
        return from_ms(self.last.at_ms) if self.last else None

    @property
    def withheld(self) -> int:
        """How many envelopes others say to hold that it did not show."""
        told = self.last.withheld.values() if self.last else ()
        return sum(count for some in told for _, count in some)


def add(
    desk: Desk, name: str, url: str, *, invite: str = "", ca: str = "", cert: str = "", key: str = "", proxy: str = ""
) -> HubState:
    """Open a session with a hub and keep the hub, and which one it is; one that is not reached is not kept."""
    if not re.fullmatch(NAME, name):
        hint = "letters, digits, - and _, as in ours"
        raise BadInput(f"«{name}» is no name for a hub", hint, [Problem("name", hint)])
    there = settings.load(desk.home).hubs
    if name in there:
        raise Refused(f"there is a hub called {name} already", f"`comity hub remove {name}`, or choose another name")
    if same := next((known for known, hub in there.items() if hub.url.rstrip("/") == url.rstrip("/")), ""):
        hint = f"`comity sync --hub {same}` uses it; to add it anew, `comity hub remove {same}` first"
        raise Refused(f"the hub {same} is at {url} already", hint, code="hub_known")
    ca, cert, key = (str(Path(file).expanduser().absolute()) if file else "" for file in (ca, cert, key))
    told = Hub(url, "", ca, cert, key, proxy)
    carrier = line(name, told, desk.store.keys.pair.public.sign, desk.store.keys.carrier, invite=invite)
    try:
        carrier.open()
    finally:
        carrier.close()
    hub = Hub(url, carrier.hub.hex(), ca, cert, key, proxy)
    with desk.store.writing() as connection:
        visits.forget(connection, name)
    desk.settings = settings.keep_hub(desk.home, name, hub)
    return HubState(name, hub, None)


def listed(desk: Desk) -> list[HubState]:
    """The hubs of this device by name."""
    with desk.store.reading() as connection:
        last = visits.last(connection)
    found = settings.load(desk.home).hubs
    return [HubState(name, hub, last.get(name)) for name, hub in sorted(found.items())]


def as_json(state: HubState) -> dict[str, Any]:
    """A hub as lists and the status tell of it."""
    return {
        "name": state.name,
        "url": state.hub.url,
        "reached_at": state.reached and state.reached.replace(microsecond=0),
        "sent": state.last.sent if state.last else 0,
        "withheld": state.withheld,
    }


def remove(desk: Desk, name: str) -> None:
    """Forget a hub; what it holds stays there."""
    chosen(desk.home, [name])
    desk.settings = settings.drop_hub(desk.home, name)
    if name in desk.settings.hubs:
        path = desk.home / USERS
        raise Refused(f"the hub {name} is in {path}, which is yours", "take it out there", code="users_file")


def chosen(home: Path, names: Collection[str] = ()) -> dict[str, Hub]:
    """The hubs of these names, or all. Raises NotFound where there is none."""
    there = settings.load(home).hubs
    if not there:
        raise NotFound("this device has no hub", "`comity hub add NAME URL --invite-file FILE`, or carry a bundle")
    for name in names:
        if name not in there:
            raise NotFound(f"no hub is called «{name}»", f"there are {enumerated(sorted(there))}")
    return {name: there[name] for name in names or sorted(there)}


def line(
    name: str, hub: Hub, device: bytes, carrier: bytes, *, invite: str = "", patience: "Patience | None" = None
) -> "HttpCarrier":
    """The way to a hub, for a device's public signing key and the seed of its carrier key."""
    from comity.sync.http import HttpCarrier, Tls

    ca, cert, key = (Path(file) if file else None for file in (hub.ca, hub.cert, hub.key))
    return HttpCarrier(
        name,
        hub.url,
        device,
        carrier,
        invite=invite,
        hub=bytes.fromhex(hub.id),
        tls=Tls(ca, cert, key),
        proxy=hub.proxy or None,
        patience=patience,
    )
