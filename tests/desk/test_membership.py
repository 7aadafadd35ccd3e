"""Admitting and revoking over real bundles: what is shown beforehand, what is refused, and what others then hold."""

from datetime import timedelta
from pathlib import Path

import pytest

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.members import groups, membership, revoking, seats
from comity.errors import NotFound, Refused, RuleBroken
from desk.opening import Opener
from desk.partners import admit, card, carry, house, key


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


def notes(desk: Desk, group: str = "UKUS") -> set[str]:
    found = asking.records(desk, "note", f"group:{group} -Admitted -Revoked")
    return {each.text for each in found}  # type: ignore[attr-defined]


def write(desk: Desk, text: str, group: str = "UKUS", marking: str = "TLP:AMBER") -> None:
    acting.add(desk, "note", {"text": text}, group=group, marking=marking)


def test_an_institute_is_shown_all_it_will_hold_and_then_holds_it(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    for text in ("one", "two"):
        write(uk, text)
    seen = membership.admission(uk, "UKUS", card(us), "editor")
    assert (seen.act, seen.widens, seen.members) == ("institute", True, ("UK-AISI",))
    assert dict(seen.holding.counts) == {"notes": 2, "groups": 1}
    assert seen.holding.marking == "TLP:AMBER"
    assert seen.candidate.words
    assert any("not compared" in note for note in seen.notes)
    membership.admit(uk, seen, "the arrangement is signed")
    carry(uk, us, folder=folder)
    assert notes(us) == {"one", "two"}
    assert [each.created_institute for each in asking.records(us, "note", "Admitted")] == ["UK-AISI"]
    write(us, "three")
    carry(us, uk, folder=folder)
    assert notes(uk) == {"one", "two", "three"}


def test_what_a_marking_keeps_back_is_named_and_refused(uk: Desk, us: Desk) -> None:
    groups.found(uk, "UKUS")
    write(uk, "for us alone", marking="TLP:AMBER+STRICT")
    gone = acting.add(uk, "note", {"text": "gone"}, group="UKUS", marking="TLP:AMBER+STRICT")
    acting.retire(uk, gone, "not needed")
    write(uk, "for both")
    seen = membership.admission(uk, "UKUS", card(us), "editor")
    assert [each.marking for each in seen.unfit] == ["TLP:AMBER+STRICT"] * 2
    with pytest.raises(RuleBroken) as refused:
        membership.admit(uk, seen)
    assert len(refused.value.problems) == 2
    assert "US-CAISI" not in asking.members(uk, seen.group)


def test_references_that_will_dangle_are_named(uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path) -> None:
    sg = house(tmp_path, at, "SG-AISI", "lion-1")
    for name in ("WIDE", "NARROW"):
        groups.found(uk, name)
        admit(uk, name, us)
    exercise = acting.add(
        uk, "exercise", {"code": "SALT", "kind": "bilateral", "lead": "UK-AISI"}, group="WIDE", marking="TLP:AMBER"
    )
    acting.add(uk, "note", {"text": "x", "subject": exercise.id}, group="NARROW", marking="TLP:AMBER")
    assert membership.admission(uk, "NARROW", card(sg), "reader").dangling == ("SALT",)
    assert membership.admission(uk, "WIDE", card(sg), "reader").dangling == ()


def test_roles_say_who_may_admit_whom(uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "admin")
    carry(uk, us, folder=folder)
    sg = house(tmp_path, at, "SG-AISI", "lion-1")
    us2 = house(tmp_path, at, "US-CAISI", "gaithers-2", like=us)
    with pytest.raises(Refused, match="takes a chair; here you are admin") as refused:
        membership.admission(us, "UKUS", card(sg), "reader")
    assert "UK-AISI" in refused.value.hint
    with pytest.raises(Refused, match="cannot make somebody chair"):
        membership.admission(us, "UKUS", card(us2), "chair")
    with pytest.raises(Refused, match="stands in the group"):
        membership.admission(uk, "UKUS", card(us), "editor")
    seen = membership.admission(us, "UKUS", card(us2), "editor")
    assert (seen.act, seen.widens, seen.unfit) == ("device", False, ())
    membership.admit(us, seen)
    carry(us, us2, folder=folder)
    write(us2, "from the second")
    with pytest.raises(Refused, match="takes an admin; here you are editor"):
        membership.admission(us2, "UKUS", card(house(tmp_path, at, "US-CAISI", "gaithers-3", like=us)), "reader")
    with pytest.raises(Refused, match="your institute's own"):
        membership.admission(uk, "private", card(us), "reader")


def test_a_reader_reads_and_renews_and_cannot_write(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    write(uk, "one")
    admit(uk, "UKUS", us, "reader")
    carry(uk, us, folder=folder)
    assert notes(us) == {"one"}
    with pytest.raises(Refused, match="not write"):
        write(us, "two")
    assert membership.renew(us, "UKUS") == ["UKUS"]
    mine = [each for each in seats.places(us, us_group(us)) if each.own]
    assert [(each.role, each.renewals, each.standing) for each in mine] == [("reader", 1, True)]


def us_group(desk: Desk) -> str:
    return next(group for group in desk.store.groups() if group != desk.store.private)


def test_a_revoked_device_falls_with_what_it_wrote_since_and_can_come_back(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    carry(uk, us, folder=folder)
    write(us, "before")
    carry(us, uk, folder=folder)
    seen = revoking.revocation(uk, "UKUS", [key(us).hex()[:10]])
    assert seen.named == ("US-CAISI gaithers-1",)
    assert (seen.late, seen.falls, seen.elsewhere, seen.leaves) == ((), (), (), ())
    assert any("recovery key of US-CAISI stays" in note for note in seen.notes)
    assert dict(seen.holding.counts)["notes"] == 2
    assert "US-CAISI" in asking.members(uk, seen.group)  # nothing was done yet
    revoking.revoke(uk, seen, "left on a train")
    write(uk, "after")
    write(us, "late work")
    carry(us, uk, folder=folder)
    assert notes(uk) == {"before", "after"}
    with pytest.raises(Refused, match="none of these devices"):
        revoking.revocation(uk, "UKUS", [key(us).hex()])
    seen_again = membership.admission(uk, "UKUS", key(us).hex(), "editor")
    assert len(seen_again.takes_back) == 1
    membership.admit(uk, seen_again, "found again")
    carry(uk, us, folder=folder)
    assert notes(us) >= {"before", "after"}
    write(us, "back")
    carry(us, uk, folder=folder)
    assert "back" in notes(uk)


def test_a_dated_theft_cuts_earlier_and_takes_along_who_was_admitted_since(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    carry(uk, us, folder=folder)
    write(us, "honest")
    stolen = us.clock()
    write(us, "thief")
    us2 = house(tmp_path, at, "US-CAISI", "gaithers-2", like=us)
    admit(us, "UKUS", us2)
    carry(us, uk, folder=folder)
    assert notes(uk) == {"honest", "thief"}
    seen = revoking.revocation(uk, "UKUS", [card(us)], since=f"{stolen:%Y-%m-%d %H:%M:%S}Z")
    assert [each.commits for each in seen.late] == [2]  # the note, and the note that tells of the admission
    assert len(seen.falls) == 1
    revoking.revoke(uk, seen, "stolen")
    assert notes(uk) == {"honest"}
    assert [each.name for each in seats.places(uk, seen.group) if each.standing and not each.recovery] == ["laptop-1"]


def test_a_thief_who_sets_the_clock_back_gains_nothing(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us)
    carry(uk, us, folder=folder)
    write(us, "honest")
    stolen = us.clock()
    write(us, "thief")
    us.clock = lambda: stolen - timedelta(hours=1)
    write(us, "dated back")
    carry(us, uk, folder=folder)
    seen = revoking.revocation(uk, "UKUS", [card(us)], since=f"{stolen:%Y-%m-%d %H:%M:%S}Z")
    revoking.revoke(uk, seen, "stolen")
    assert notes(uk) == {"honest"}


def test_an_institute_leaves_with_all_its_devices_and_its_recovery_key(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    carry(uk, us, folder=folder)
    seen = revoking.revocation(uk, "UKUS", institute="US-CAISI")
    assert len(seen.devices) == 2
    assert seen.leaves == ("US-CAISI",)
    revoking.revoke(uk, seen, "the arrangement ended")
    assert asking.members(uk, seen.group) == ("UK-AISI",)
    write(uk, "ours again", marking="TLP:AMBER+STRICT")
    with pytest.raises(NotFound):
        revoking.revocation(uk, "UKUS", institute="SG-AISI")


def test_authority_runs_downwards_only(uk: Desk, us: Desk, folder: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    carry(uk, us, folder=folder)
    for named, institute in (([card(uk)], ""), ([], "UK-AISI"), ([us.device], "")):
        with pytest.raises(Refused, match="only a seat above") as refused:
            revoking.revocation(us, "UKUS", named, institute)
        assert "above sits" in refused.value.hint


def test_a_seat_elsewhere_in_the_tree_is_not_covered_and_said(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    carry(uk, us, folder=folder)
    uk2 = house(tmp_path, at, "UK-AISI", "laptop-2", like=uk)
    admit(uk, "UKUS", uk2)
    carry(uk, us, folder=folder)
    admit(us, "UKUS", uk2, "chair")
    carry(us, uk, folder=folder)
    seen = revoking.revocation(us, "UKUS", [card(uk2)])
    assert len(seen.elsewhere) == 1
    assert "below UK-AISI" in seen.elsewhere[0]


def test_keys_made_elsewhere_reach_who_was_admitted_meanwhile(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener, folder: Path
) -> None:
    sg = house(tmp_path, at, "SG-AISI", "lion-1")
    us2 = house(tmp_path, at, "US-CAISI", "gaithers-2", like=us)
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us, "chair")
    admit(uk, "UKUS", sg)
    carry(uk, us, folder=folder)
    admit(us, "UKUS", us2)
    revoking.revoke(uk, revoking.revocation(uk, "UKUS", [card(sg)]), "left")
    write(uk, "under the new key")
    carry(uk, us, folder=folder)
    carry(us, us2, folder=folder)
    held = seats.keys(us2, us_group(us2))
    assert (held.held, held.lacking) == (2, 0)
    assert "under the new key" in notes(us2)


def test_devices_of_one_institute_share_what_is_its_own(uk: Desk, tmp_path: Path, at: Opener, folder: Path) -> None:
    uk2 = house(tmp_path, at, "UK-AISI", "laptop-2", like=uk)
    acting.add(uk, "note", {"text": "for us alone"})
    seen = membership.admission(uk, "private", card(uk2), "chair")
    assert (seen.widens, seen.unfit, seen.holding.marking) == (False, (), "TLP:RED")
    membership.admit(uk, seen)
    carry(uk, uk2, folder=folder)
    acting.add(uk2, "note", {"text": "from the second"}, group=us_group(uk2)[:8], marking="TLP:RED")
    carry(uk2, uk, folder=folder)
    found = {each.text: each.marking for each in asking.records(uk, "note", "group:private")}  # type: ignore[attr-defined]
    assert found["for us alone"] == found["from the second"] == "TLP:RED"


def test_a_preview_that_grew_old_admits_nobody(uk: Desk, us: Desk, tmp_path: Path, at: Opener) -> None:
    groups.found(uk, "UKUS")
    seen = membership.admission(uk, "UKUS", card(us), "editor")
    write(uk, "stricter now")
    with pytest.raises(Refused, match="changed since it was shown"):
        membership.admit(uk, seen)
    assert asking.members(uk, seen.group) == ("UK-AISI",)
