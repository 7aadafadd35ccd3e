"""The words on paper: a house that lost everything reads and writes again, and what was stolen ends."""

from contextlib import closing
from pathlib import Path

import pytest

from comity.desk import acting, asking, care
from comity.desk.desk import Desk
from comity.desk.members import groups, membership, recovery, revoking, seats
from comity.errors import Locked, NotFound, Refused
from comity.log.acts import Role
from comity.log.card import Card, house_in, house_line
from comity.log.commit import Change
from comity.store import paper
from comity.sync import engine
from comity.sync.http import HttpCarrier
from comity.sync.outcome import GroupOutcome
from desk.opening import Opener
from desk.partners import admit, card, carry, house, key, shelf, words
from sync.hubs import running


@pytest.fixture
def uk(tmp_path: Path, at: Opener) -> Desk:
    return house(tmp_path, at, "UK-AISI", "laptop-1")


@pytest.fixture
def us(tmp_path: Path, at: Opener) -> Desk:
    return house(tmp_path, at, "US-CAISI", "gaithers-1")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


def paper_of(folder: Path, institute: str, device: str) -> Path:
    path = folder / f"{institute}.words"
    path.touch(mode=0o600)
    path.write_text(words(institute, device), encoding="utf-8")
    return path


def note(desk: Desk, text: str) -> None:
    acting.add(desk, "note", {"text": text}, group="UKUS", marking="TLP:AMBER")


def notes(desk: Desk) -> set[str]:
    return {each.text for each in asking.records(desk, "note")}  # type: ignore[attr-defined]


def shared(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "editor")
    note(uk, "one")
    carry(uk, us, folder=folder)
    note(us, "two")
    carry(us, uk, folder=folder)


def test_the_founders_house_comes_back_from_its_words_and_ends_what_was_lost(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    shared(uk, us, folder)
    new = house(tmp_path, at, "UK-AISI", "phoenix", like=uk)
    recovery.write(us, recovery.parcel(us, "UK-AISI"), folder / "all")
    pen = recovery.hand(new, paper_of(tmp_path, "UK-AISI", "laptop-1"))
    assert recovery.receive(new, pen, folder / "all", lambda doubt: True) > 0
    assert recovery.receive(new, pen, folder / "all", lambda doubt: True) == 0
    assert "one" not in notes(new)
    (seen,) = recovery.admissions(new, pen)
    assert (seen.role, seen.act) == (Role.CHAIR, "device")
    membership.admit(new, seen, "all was lost", pen)
    assert {"one", "two"} <= notes(new)
    assert recovery.admissions(new, pen) == []
    revoking.revoke(new, recovery.revocation(new, pen, "UKUS", [card(uk)]), "burnt", pen)
    note(new, "three")
    carry(new, us, folder=folder)
    assert "three" in notes(us)
    note(us, "four")
    carry(us, new, folder=folder)
    assert "four" in notes(new)
    found = {each.device: each.standing for each in seats.places(new, seen.group) if not each.recovery}
    assert (found[key(uk).hex()], found[key(new).hex()], found[key(us).hex()]) == (False, True, True)
    assert all(care.verify(desk)["ok"] for desk in (new, us))
    membership.admission(new, "UKUS", card(house(tmp_path, at, "SG-AISI", "lion-1")), "chair")


def test_a_partner_comes_back_below_its_own_recovery_key(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    shared(uk, us, folder)
    new = house(tmp_path, at, "US-CAISI", "phoenix", like=us)
    recovery.write(uk, recovery.parcel(uk, "US-CAISI"), folder / "all")
    pen = recovery.hand(new, paper_of(tmp_path, "US-CAISI", "gaithers-1"))
    recovery.receive(new, pen, folder / "all", lambda doubt: True)
    (seen,) = recovery.admissions(new, pen)
    assert seen.role is Role.EDITOR
    with pytest.raises(Refused, match="only a seat above"):
        recovery.revocation(new, pen, seen.group, [card(uk)])
    membership.admit(new, seen, "", pen)
    note(new, "three")
    carry(new, uk, folder=folder)
    assert "three" in notes(uk)


def test_a_bundle_for_a_house_opens_with_its_words_alone(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    shared(uk, us, folder)
    recovery.write(uk, recovery.parcel(uk, "US-CAISI"), folder / "all")
    pen = recovery.hand(uk, paper_of(tmp_path, "UK-AISI", "laptop-1"))
    with pytest.raises(Refused, match="for other devices"):
        recovery.receive(uk, pen, folder / "all", lambda doubt: True)
    with pytest.raises(NotFound, match="no recovery key of SG-AISI"):
        recovery.write(uk, recovery.parcel(uk, "SG-AISI"), folder / "none")


def test_words_used_on_two_devices_apart_fork_a_chain_and_both_count(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    shared(uk, us, folder)
    told = paper_of(tmp_path, "UK-AISI", "laptop-1")
    one, two, three = (house(tmp_path, at, "UK-AISI", f"phoenix-{n}", like=uk) for n in (1, 2, 3))
    recovery.write(us, recovery.parcel(us, "UK-AISI"), folder / "all")
    for desk in (one, two):
        pen = recovery.hand(desk, told)
        recovery.receive(desk, pen, folder / "all", lambda doubt: True)
        membership.admit(desk, recovery.admissions(desk, pen)[0], "", pen)
    carry(one, us, folder=folder)
    carry(two, us, folder=folder)
    carry(us, one, two, folder=folder)
    pen = recovery.hand(one, told)
    membership.admit(one, recovery.admissions(one, pen, "UKUS", card(three), "editor")[0], "", pen)
    carry(one, us, two, three, folder=folder)
    for desk in (us, two, three):
        standing = {each.device for each in seats.places(desk, desk_group(desk)) if each.standing}
        assert {key(each).hex() for each in (one, two, three)} <= standing
    note(three, "from the third")
    carry(three, us, folder=folder)
    assert "from the third" in notes(us)


def desk_group(desk: Desk) -> str:
    return asking.find(desk, "UKUS", "group").group


def test_words_of_another_house_do_nothing(uk: Desk, us: Desk, tmp_path: Path) -> None:
    told = paper_of(tmp_path, "US-CAISI", "gaithers-1")
    with pytest.raises(Locked, match="another recovery key than that of UK-AISI"):
        recovery.hand(uk, told)
    told.chmod(0o640)
    with pytest.raises(Locked, match="others can read"):
        recovery.hand(us, told)


def test_the_public_half_is_a_line_or_any_card_of_the_house(uk: Desk) -> None:
    assert house_in(house_line(uk.root)) == house_in(card(uk)) == uk.root == Card.decode(card(uk)).recovery


def test_the_paper_key_holds_every_key_of_its_groups(uk: Desk, us: Desk, tmp_path: Path, folder: Path) -> None:
    shared(uk, us, folder)
    revoking.revoke(uk, revoking.revocation(uk, "UKUS", [card(us)]), "left")
    pen = recovery.hand(uk, paper_of(tmp_path, "UK-AISI", "laptop-1"))
    with uk.store.reading():
        circle = uk.store.circles.of(bytes.fromhex(desk_group(uk)))
        assert len(circle.keys) == 2
        assert paper.held(circle, pen.pair) == circle.keys


def test_the_paper_key_shuts_out_the_device_in_hand_too(uk: Desk, us: Desk, tmp_path: Path, folder: Path) -> None:
    shared(uk, us, folder)
    pen = recovery.hand(us, paper_of(tmp_path, "US-CAISI", "gaithers-1"))
    revoking.revoke(us, recovery.revocation(us, pen, "UKUS", [key(us).hex()]), "given away", pen)
    held = seats.keys(us, desk_group(us))
    assert (held.held, held.lacking) == (1, 1)
    with pytest.raises(Refused, match="no seat in the group"):
        note(us, "still here")


def test_a_house_that_came_back_is_let_in_by_a_hub_whatever_it_brings(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    shared(uk, us, folder)
    group = bytes.fromhex(desk_group(uk))
    with uk.store.writing() as connection:
        for number in range(1_100):  # more than one page
            change = Change("note", number.to_bytes(16, "big"), {"text": str(number)})
            uk.store.write(connection, group, [change], author="A. Oak", reason="", at_ms=1)
    with running(tmp_path) as hub:

        def sync(desk: Desk, invite: str = "") -> list[GroupOutcome]:
            keys = desk.store.keys
            with closing(HttpCarrier("hub", hub.url, keys.pair.public.sign, keys.carrier, invite=invite)) as line:
                return engine.sync(shelf(desk), line)

        sync(uk, hub.invite("UK-AISI"))
        new = house(tmp_path, at, "US-CAISI", "phoenix", like=us)
        recovery.write(uk, recovery.parcel(uk, "US-CAISI"), folder / "all")
        pen = recovery.hand(new, paper_of(tmp_path, "US-CAISI", "gaithers-1"))
        recovery.receive(new, pen, folder / "all", lambda doubt: True)
        membership.admit(new, recovery.admissions(new, pen)[0], "", pen)
        note(new, "back")
        (outcome,) = sync(new, hub.invite("US-CAISI"))
        assert not outcome.refused
        sync(uk)
    assert "back" in notes(uk)
