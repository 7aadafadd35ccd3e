"""Three institutes, two groups and a courier, by command line alone: on hubs of both sorts, and without any."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from comity import bootstrap
from comity.domain.kinds import KINDS
from comity.samples.catalogue import logs, plans
from hub.cluster import binaries, content, running, schema_of
from laws.leftovers import inside
from stories.houses import Courier, House, Hub, Way, serving

NOUNS = [kind.noun.replace("_", "-") for kind in KINDS]
CANARY = "KESTREL-CANARY"  # written into the group of two; the third must never have a byte of it
HIDDEN = "OSPREY-CANARY"  # written into a private group


@pytest.fixture(params=["a SQLite hub", "a PostgreSQL hub of two processes", "no hub"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    """How laptops reach each other."""
    if request.param == "no hub":
        yield Courier(tmp_path)
    elif request.param == "a SQLite hub":
        with serving(tmp_path, f"sqlite:///{tmp_path / 'ledger.db'}", 1) as hub:
            yield hub
    else:
        with running(binaries()[0]) as server, serving(tmp_path, schema_of(server, "story"), 2) as hub:
            yield hub


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., House]:
    def made(institute: str, device: str, *more: str, words: Path = Path()) -> House:
        return House(tmp_path / device, institute, device, words).starts(*more)

    return made


def test_three_institutes_end_up_with_what_their_groups_allow(
    house: Callable[..., House], way: Way, tmp_path: Path
) -> None:
    uk, us, sg = house("UK-AISI", "saltpan-1"), house("US-CAISI", "gaithers-1"), house("SG-AISI", "merlion-1")
    courier = Courier(tmp_path)
    _found(uk, us, sg)
    for each in (uk, us, sg):
        way.join(each)
    way.meet(uk, us, sg)
    _write_apart(uk, us, sg, tmp_path)

    way.meet(uk, us)  # half of it goes one way, half the other
    courier.meet(us, sg)
    courier.carry(sg, uk)
    _settle(uk, us)
    way.meet(uk, us, sg)
    assert [each("conflict", "list")["count"] for each in (uk, us, sg)] == [0, 0, 0]

    second = _a_second_laptop(uk, house, way)
    thief, spare = _stolen(uk, us, second, house, way, tmp_path)
    sg = _recovered(sg, us, house, way, tmp_path)
    way.meet(sg, uk, us, spare)

    _all_hold_the_same("UKUS", uk, us, spare)
    _all_hold_the_same("NETWORK", uk, us, sg, spare)
    _nothing_left_its_group(uk, us, sg, thief, way, tmp_path)


def _found(uk: House, us: House, sg: House) -> None:
    uk("group", "create", "UKUS")
    uk("group", "create", "NETWORK")
    uk.meets(us)
    uk.meets(sg)
    uk.admits(us, "UKUS", "chair")
    uk.admits(us, "NETWORK", "admin")
    uk.admits(sg, "NETWORK", "admin")
    for plan in plans():
        if plan.stem in ("institutes", "saltmarsh", "lantern-27"):
            uk("apply", str(plan))


def _write_apart(uk: House, us: House, sg: House, folder: Path) -> None:
    """Each writes without the others: one field twice, runs, a finding, and what stays at home."""
    assert us("exercise", "list")["count"] == 2
    assert sg("exercise", "list")["count"] == 1
    uk("exercise", "set", "SALTMARSH", "--title", "Agents on ranges", "--reason", "shorter")
    us("exercise", "set", "SALTMARSH", "--title", f"Agents on ranges {CANARY}", "--reason", "as agreed by phone")
    took = us("run", "import", *(str(each) for each in logs()), "--exercise", "SALTMARSH", "--institute", "US-CAISI")
    assert took["added"] + took["updated"] > 3
    sg(
        "finding",
        "add",
        "--statement",
        "Refusals differ by language",
        "--exercise",
        "LANTERN-27",
        "--marking",
        "TLP:GREEN",
    )
    uk("note", "add", "--text", HIDDEN, "--group", "private")


def _finds(house: House, statement: str) -> None:
    house("finding", "add", "--statement", statement, "--exercise", "LANTERN-27", "--marking", "TLP:GREEN")


def _settle(uk: House, us: House) -> None:
    [one] = us("conflict", "list")["items"]
    assert one["field"] == "title"
    kept = next(each["n"] for each in one["values"] if CANARY in each["value"])
    us("conflict", "settle", "SALTMARSH", "--field", "title", "--keep", str(kept), "--reason", "the longer one")
    assert us("conflict", "list")["count"] == 0


def _a_second_laptop(uk: House, house: Callable[..., House], way: Way) -> House:
    second = house("UK-AISI", "saltpan-2", "--recovery-public", uk.card())
    uk.meets(second)
    second.meets(uk)
    uk.admits(second, "UKUS", "editor")
    uk.admits(second, "NETWORK", "editor")
    way.join(second)
    way.meet(uk, second)
    assert second.lists("exercise", "UKUS") == uk.lists("exercise", "UKUS")
    return second


def _stolen(
    uk: House, us: House, second: House, house: Callable[..., House], way: Way, folder: Path
) -> tuple[House, House]:
    """A laptop is copied by a thief; its owner wrote on a train, the thief writes too. It is cut off and replaced."""
    thief = House(folder / "thief", second.institute, second.device)
    second("lesson", "add", "--text", "Charge the laptop before the train", "--group", "UKUS", "--marking", "TLP:AMBER")
    shutil.copytree(second.home, thief.home)
    thief("exercise", "set", "SALTMARSH", "--title", "Nothing to see here", "--reason", "mistake")

    uk("group", "revoke", "UKUS", "--device", second.device, "--reason", "stolen on a train", "--yes")
    uk("group", "revoke", "NETWORK", "--device", second.device, "--reason", "stolen on a train", "--yes")
    way.meet(uk, us)
    Courier(folder / "sticks").folder.mkdir()
    Courier(folder / "sticks").carry(thief, us)
    way.meet(uk, us)
    assert CANARY in uk("exercise", "show", "SALTMARSH")["fields"]["title"]

    late = uk("late", "list")["items"]
    assert {each["device"] for each in late} == {second.device}, late
    [honest] = [each for each in late if "train" in json.dumps(each)]
    uk("late", "adopt", honest["id"], "--reason", "written before the theft, says its owner")
    assert any("train" in each["fields"]["text"] for each in uk("lesson", "list")["items"])

    spare = house("UK-AISI", "saltpan-3", "--recovery-public", uk.card())
    uk.meets(spare)
    spare.meets(uk)
    uk.admits(spare, "UKUS", "editor")
    uk.admits(spare, "NETWORK", "editor")
    way.join(spare)
    way.meet(uk, us, spare)
    return thief, spare


def _recovered(sg: House, us: House, house: Callable[..., House], way: Way, folder: Path) -> House:
    """Fire takes every laptop of one institute; its words on paper bring it back."""
    paper, card = sg.words, Path(sg.card())
    shutil.rmtree(sg.home)
    new = house("SG-AISI", "merlion-2", "--recovery-public", str(card), words=paper)
    bundle = folder / "for-sg.comity"
    us("recovery", "bundle", str(bundle), "--for", "SG-AISI", "--yes")
    new("recovery", "admit", "--words-file", str(paper), "--bundle", str(bundle), "--reason", "fire", "--yes")
    way.join(new)
    way.meet(new, us)  # whom a bundle is for has to be known: the one that came back speaks first
    assert new("finding", "list")["count"] == 1
    _finds(new, "Back after the fire")
    return new


def _all_hold_the_same(group: str, *houses: House) -> None:
    first, *others = houses
    for noun in NOUNS:
        shown = first.lists(noun, group)
        for each in others:
            assert each.lists(noun, group) == shown, (noun, each.device)
    for each in houses:
        assert each("verify")["ok"]
        assert (told := each("status"))["waiting"] == told["missing"] == 0


def _nothing_left_its_group(uk: House, us: House, sg: House, thief: House, way: Way, folder: Path) -> None:
    shown = {each.device: "".join(each.says(noun, "list", "--json") for noun in NOUNS) for each in (us, sg)}
    assert CANARY in shown[us.device]
    assert CANARY not in shown[sg.device]
    assert HIDDEN not in shown[us.device] + shown[sg.device]
    assert [each["fields"]["name"] for each in sg("group", "list")["items"]] == ["NETWORK"]
    lies = {each.device: _lies_in(each) for each in (uk, us, sg)}
    assert all(CANARY.encode() in lies[each.device] for each in (uk, us)), "a search that finds nothing says nothing"
    assert HIDDEN.encode() in lies[uk.device]
    assert CANARY.encode() not in lies[sg.device]
    assert HIDDEN.encode() not in lies[us.device] + lies[sg.device]
    carried = b"".join(path.read_bytes() for path in folder.rglob("*.comity"))
    if isinstance(way, Hub):
        ledger = [path.read_bytes() for path in folder.glob("ledger.db*")]
        carried += b"".join(ledger) if ledger else content(way.database)
    assert len(carried) > 10_000
    assert CANARY.encode() not in carried
    assert HIDDEN.encode() not in carried


def _lies_in(house: House) -> bytes:
    with closing(bootstrap.open_desk(house.home)) as desk:
        return inside(desk)
