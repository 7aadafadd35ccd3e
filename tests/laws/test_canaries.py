"""Words of one group: nowhere in the home of an institute outside of it, nor in anything between them."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from comity import bootstrap
from comity.desk import acting, asking
from comity.desk.carriers import courier, hubs, syncing
from comity.desk.desk import Desk
from comity.desk.members import groups, releasing
from desk.opening import ticking
from desk.partners import admit, house
from laws.leftovers import inside
from stories.houses import House
from sync.hubs import running
from sync.proxy import Proxy

PAIR = ("Kittiwake", "Razorbill", "Guillemot", "Dunlin", "Turnstone")  # name of the group, texts, reasons
HOME = ("Whimbrel", "Sanderling")  # of one institute alone
ASKED = ("status", "check", "group list", "conflict list", "late list", "sync", "exercise list", "note list", "verify")
"""What the outsider asks, to hear it told of what it does not hold."""


@pytest.fixture
def three(folder: Path) -> Iterator[tuple[Desk, Desk, Desk]]:
    with ExitStack() as stack:

        def opened(home: Path) -> Desk:
            desk = bootstrap.open_desk(home, clock=ticking())
            stack.callback(desk.close)
            return desk

        told = (("UK-AISI", "laptop-1"), ("US-CAISI", "gaithers-1"), ("SG-AISI", "lion-1"))
        uk, us, sg = (house(folder, opened, *each) for each in told)
        yield uk, us, sg


def write(uk: Desk, us: Desk, sg: Desk) -> None:
    """A group of two and one of three, with words in all that a group holds, and a copy of the harmless part."""
    groups.found(uk, PAIR[0])
    groups.found(uk, "NETWORK")
    for group, others in ((PAIR[0], (us,)), ("NETWORK", (us, sg))):
        for other in others:
            admit(uk, group, other)
    values = {"code": "HERON", "title": PAIR[1], "kind": "bilateral"}
    made = acting.add(uk, "exercise", values, group=PAIR[0], marking="TLP:AMBER", reason=PAIR[2])
    acting.add(uk, "finding", {"statement": PAIR[3], "exercise": made.id}, group=PAIR[0], marking="TLP:AMBER")
    acting.add(uk, "note", {"text": HOME[0]}, reason=HOME[1])
    releasing.tear(uk, releasing.release(uk, made, "NETWORK", ["code", "kind"]), PAIR[4])
    acting.add(sg, "note", {"text": "of the Network"})


def traces(said: bytes, *canaries: str) -> list[str]:
    found = said.lower()
    return [each for each in canaries if each.lower().encode() in found]


def test_no_byte_leaves_the_group(
    three: tuple[Desk, Desk, Desk], folder: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    uk, us, sg = three
    write(uk, us, sg)
    sticks = folder / "sticks"
    sticks.mkdir()
    with running(folder) as hub, Proxy(int(hub.url.rpartition(":")[2].strip("/"))).open() as proxy:
        proxy.heard = bytearray()
        for desk in three:
            hubs.add(desk, "ours", proxy.url, invite=hub.invite(desk.institute))
        acting.add(us, "note", {"text": "of us alone"})
        for desk in (uk, us, sg, uk):
            (session,) = syncing.sync(desk, agree=lambda _: True)
            assert session.error is None
        outsider = House(sg.home, sg.institute, sg.device)
        said = [outsider.says(*words.split(), "--json") for words in ASKED]
        told = [httpx.get(f"{hub.url}/{each}", trust_env=False).text for each in ("metrics", "health", "v1/look")]
        between = bytes(proxy.heard)
    for other in ("US-CAISI", "SG-AISI"):
        courier.write(uk, courier.parcel(uk, other), sticks)
    for stick in sorted(sticks.iterdir()):
        said += [str(courier.read(sg, [stick])), str(courier.show(sg, stick))]
    logged = "".join(each.getMessage() for each in caplog.records)
    outside = [
        *(path.read_bytes() for path in [*folder.glob("hub.db*"), *sticks.iterdir()]),
        "".join(path.name for path in folder.rglob("*")).encode(),
        between, "".join([*said, *told, logged, *capfd.readouterr()]).encode(),
    ]  # fmt: skip
    assert traces(inside(uk), *PAIR, *HOME) == [*PAIR, *HOME]  # so that a search that finds nothing says something
    assert traces(inside(us), *PAIR, *HOME) == list(PAIR)
    assert traces(inside(sg), *PAIR, *HOME) == []
    assert [traces(each, *PAIR, *HOME) for each in outside] == [[]] * len(outside)
    assert [asking.count(desk, "exercise") for desk in three] == [2, 2, 1]
    assert len(between) > 10_000
