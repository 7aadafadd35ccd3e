"""Tearline copies, references that stop at a group's readers, and what a partner would see."""

from pathlib import Path

import pytest

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.members import groups, releasing
from comity.desk.pages import foreseeing
from comity.errors import BadInput, Refused
from desk.opening import Opener
from desk.partners import admit, carry, house


@pytest.fixture
def uk(tmp_path: Path, at: Opener) -> Desk:
    desk = house(tmp_path, at, "UK-AISI", "laptop-1")
    groups.found(desk, "UKUS")
    return desk


@pytest.fixture
def us(tmp_path: Path, at: Opener, uk: Desk) -> Desk:
    desk = house(tmp_path, at, "US-CAISI", "gaithers-1")
    admit(uk, "UKUS", desk)
    return desk


def exercise(desk: Desk, group: str, marking: str) -> str:
    values = {"code": "SALT", "kind": "bilateral", "lead": "UK-AISI", "reference": "CANARY-7"}
    return acting.add(desk, "exercise", values, group=group, marking=marking).id


def test_an_empty_group_reaches_nobody(uk: Desk) -> None:
    exercise(uk, "UKUS", "TLP:AMBER")
    assert asking.members(uk, asking.find(uk, "SALT").group) == ("UK-AISI",)
    assert foreseeing.counts(foreseeing.groups(uk, "US-CAISI")) == {}
    with pytest.raises(BadInput, match="reaches nobody but UK-AISI"):
        releasing.release(uk, acting.add(uk, "note", {"text": "x"}), "UKUS", ["text"], "TLP:AMBER", "why")


def test_a_reference_stops_at_what_readers_can_see_and_the_refusal_says_the_way_out(uk: Desk, us: Desk) -> None:
    private = exercise(uk, "private", "TLP:AMBER")
    with pytest.raises(BadInput) as refused:
        acting.add(uk, "note", {"text": "x", "subject": private}, group="UKUS", marking="TLP:AMBER")
    assert "comity tearline SALT --to UKUS --fields" in refused.value.problems[0].message
    seen = releasing.release(uk, asking.find(uk, "SALT"), "UKUS", ["code", "kind", "lead"])
    copy, _ = releasing.tear(uk, seen)
    acting.add(uk, "note", {"text": "x", "subject": copy.id}, group="UKUS", marking="TLP:AMBER")


def test_a_copy_holds_the_chosen_fields_and_nothing_of_the_original(uk: Desk, us: Desk, tmp_path: Path) -> None:
    id = exercise(uk, "private", "TLP:AMBER")
    seen = releasing.release(uk, asking.find(uk, "SALT"), "UKUS", ["code", "kind", "lead"])
    assert (seen.recipients, seen.marking) == (("US-CAISI",), "TLP:AMBER")
    assert "reference" in seen.kept_back
    copy, kept = releasing.tear(uk, seen, "agreed on the call")
    assert (copy.code, copy.reference, copy.id != id) == ("SALT", "", True)  # type: ignore[attr-defined]
    told = kept[0]
    assert (told.subject, told.copied_to, told.recipient, told.door) == (id, copy.id, "US-CAISI", "tearline")  # type: ignore[attr-defined]
    assert told.group == uk.store.private
    carry(uk, us, folder=tmp_path)
    theirs = asking.find(us, "SALT")
    assert (theirs.id, theirs.reference) == (copy.id, "")  # type: ignore[attr-defined]
    assert asking.records(us, "disclosure") == []


def test_a_copy_refers_to_the_copy_of_what_the_original_refers_to(uk: Desk, us: Desk, tmp_path: Path) -> None:
    private = exercise(uk, "private", "TLP:AMBER")
    finding = acting.add(uk, "finding", {"statement": "It guessed", "exercise": private}, marking="TLP:AMBER")
    with pytest.raises(BadInput) as refused:
        releasing.release(uk, finding, "UKUS", ["statement", "exercise"])
    assert "comity tearline SALT --to UKUS --fields" in refused.value.problems[0].message
    above, kept = releasing.tear(uk, releasing.release(uk, asking.find(uk, "SALT"), "UKUS", ["code", "kind", "lead"]))
    copy, _ = releasing.tear(uk, releasing.release(uk, finding, "UKUS", ["statement", "exercise"]))
    assert copy.exercise == above.id  # type: ignore[attr-defined]
    assert asking.get(uk, "finding", finding.id).exercise == private  # type: ignore[union-attr]
    carry(uk, us, folder=tmp_path)
    assert asking.find(us, "SALT/F1", "finding").id == copy.id
    releasing.retract(uk, kept[0], "wrong window.")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="is not held by US-CAISI"):
        releasing.release(uk, finding, "UKUS", ["statement", "exercise"])


def test_a_copy_is_asked_back_and_its_holder_is_told_why(uk: Desk, us: Desk, tmp_path: Path) -> None:
    exercise(uk, "private", "TLP:AMBER")
    copy, (told,) = releasing.tear(uk, releasing.release(uk, asking.find(uk, "SALT"), "UKUS", ["code", "kind", "lead"]))
    carry(uk, us, folder=tmp_path)
    assert releasing.retract(uk, told, "wrong window.") == ("US-CAISI",)  # type: ignore[arg-type]
    carry(uk, us, folder=tmp_path)
    assert asking.records(us, "exercise") == []
    (asked,) = asking.records(us, "note", "takes")
    assert (asked.subject, "wrong window" in asked.text) == (copy.id, True)  # type: ignore[attr-defined]
    (kept,) = asking.records(uk, "disclosure")
    assert kept.retracted_at is not None  # type: ignore[attr-defined]
    with pytest.raises(Refused, match="or it was retracted"):
        releasing.retract(uk, kept, "again")  # type: ignore[arg-type]


def test_only_the_originator_releases_and_a_lower_marking_needs_a_reason(uk: Desk, us: Desk, tmp_path: Path) -> None:
    finding = acting.add(uk, "note", {"text": "for us"}, marking="TLP:AMBER+STRICT")
    with pytest.raises(BadInput, match=r"AMBER\+STRICT stays in one institute"):
        releasing.release(uk, finding, "UKUS", ["text"])
    with pytest.raises(BadInput, match="--reason"):
        releasing.release(uk, finding, "UKUS", ["text"], "TLP:AMBER")
    releasing.release(uk, finding, "UKUS", ["text"], "TLP:AMBER", "the developer agreed")
    with pytest.raises(BadInput, match="did you mean"):
        releasing.release(uk, finding, "UKUS", ["txt"], "TLP:AMBER", "why")
    theirs = acting.add(uk, "note", {"text": "from the UK"}, group="UKUS", marking="TLP:AMBER")
    carry(uk, us, folder=tmp_path)
    groups.found(us, "OURS")
    with pytest.raises(BadInput) as refused:
        releasing.release(us, asking.find(us, theirs.id), "OURS", ["text"])
    assert any("only UK-AISI releases it" in each.message for each in refused.value.problems)


def test_a_preview_shows_what_reaches_a_partner_and_no_more(uk: Desk, us: Desk) -> None:
    acting.add(uk, "note", {"text": "mine"})
    acting.add(uk, "note", {"text": "ours"}, group="UKUS", marking="TLP:GREEN")
    seen = foreseeing.groups(uk, "US-CAISI")
    assert [(each.name, each.reached) for each in seen] == [("UKUS", True), ("private", False)]
    assert foreseeing.marking(seen) == "TLP:AMBER"
    found = {each.text for each in foreseeing.records(uk, "US-CAISI", "note")}  # type: ignore[attr-defined]
    assert "ours" in found
    assert "mine" not in found


def test_what_a_partner_writes_of_countries_moves_no_check(at: Opener, tmp_path: Path) -> None:
    """A member says that it is of the country that a marking asks for, in the group and in one of its own."""
    uk, ke = house(tmp_path, at, "UK-AISI", "laptop-1"), house(tmp_path, at, "KE-GOV", "laptop-1")
    acting.add(uk, "institute", {"code": "UK-AISI", "country": "GB"}, group="private")
    for name in ("UKKE", "OTHER"):
        admit(uk, groups.found(uk, name), ke)
    carry(uk, ke, folder=tmp_path)
    for name in ("UKKE", "OTHER"):
        acting.add(ke, "institute", {"code": "KE-GOV", "country": "GB"}, group=name, marking="TLP:AMBER")
    carry(ke, uk, folder=tmp_path)
    assert asking.count(uk, "institute", "code:KE-GOV") == 2
    marking = "OFFICIAL-SENSITIVE//UK EYES ONLY"
    with pytest.raises(BadInput) as told:
        acting.add(uk, "note", {"text": "x"}, group="UKKE", marking=marking)
    assert "your private group has no country of KE-GOV" in told.value.problems[0].message
    acting.add(uk, "institute", {"code": "KE-GOV", "country": "GB"}, group="private")
    acting.add(uk, "note", {"text": "x"}, group="UKKE", marking=marking)
