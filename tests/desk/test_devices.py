"""The address book: cards whose words were compared, and what is said when one does not fit what is known."""

import shutil
from pathlib import Path

import pytest

from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.members import groups, membership, seats
from comity.errors import Ambiguous, NotFound, Refused
from comity.log.body import Malformed
from comity.log.card import Card
from comity.log.keys import DeviceKeys, Pair
from desk.opening import Opener
from desk.partners import admit, card, carry, house, key


@pytest.fixture
def uk(tmp_path: Path, at: Opener) -> Desk:
    return house(tmp_path, at, "UK-AISI", "laptop-1")


@pytest.fixture
def us(tmp_path: Path, at: Opener) -> Desk:
    return house(tmp_path, at, "US-CAISI", "gaithers-1")


def added(desk: Desk, told: str) -> devices.KnownCard:
    return devices.add(desk, devices.show(desk, told))


def other_card(desk: Desk, *, name: str = "", person: str = "", recovery: Pair | None = None) -> str:
    """The card of the same device, saying something else."""
    own = devices.own(desk)
    root = recovery.public if recovery else own.recovery
    told = Card.of(desk.store.keys, root, institute=own.institute, name=name or own.name, person=person or own.person)
    return told.encode(desk.store.keys.pair.secret)


def test_words_that_were_read_out_wrong_are_refused(uk: Desk, us: Desk) -> None:
    shown = devices.show(uk, card(us))
    devices.check_words(shown, shown.words.upper().replace(" ", "-"))
    words = shown.words.split()
    for wrong in ("", " ".join(words[:-1]), " ".join([words[1], words[0], *words[2:]])):
        with pytest.raises(Refused, match="not those of this card"):
            devices.check_words(shown, wrong)


def test_a_card_is_read_from_a_mail_and_refused_when_a_letter_of_it_was_changed(uk: Desk, us: Desk) -> None:
    line = card(us)
    assert devices.show(uk, f"Dear Tamsin,\n  {line}\nbest, J.").card.name == "gaithers-1"
    place = len(line) // 2
    with pytest.raises(Malformed):
        devices.show(uk, line[:place] + ("A" if line[place] != "A" else "B") + line[place + 1 :])
    with pytest.raises(NotFound):
        devices.show(uk, "no-such-file.card")
    with pytest.raises(Refused, match="of this device"):
        devices.show(uk, card(uk))


def test_what_changed_on_the_card_of_a_known_device_is_told(uk: Desk, us: Desk) -> None:
    assert devices.show(uk, card(us)).warnings == ()
    added(uk, card(us))
    assert devices.show(uk, card(us)).known
    assert devices.show(uk, card(us)).warnings == ()
    renamed = devices.show(uk, other_card(us, name="gaithers-9"))
    assert renamed.warnings == ("this device is known; its name was gaithers-1, and is gaithers-9",)
    forged = devices.show(uk, other_card(us, recovery=Pair.make()))
    assert forged.warnings == ("this device is known; the recovery key of its institute on its card is another now",)


def test_a_new_device_that_does_not_fit_its_institute_is_told(uk: Desk, us: Desk, tmp_path: Path, at: Opener) -> None:
    added(uk, card(us))
    keys = DeviceKeys.make()
    stranger = Card.of(keys, Pair.make().public, institute="US-CAISI", name="gaithers-1")
    told = devices.show(uk, stranger.encode(keys.pair.secret)).warnings
    assert any("known with other keys" in each for each in told)
    assert any("another than that of other devices of US-CAISI" in each for each in told)
    loner = house(tmp_path, at, "UK-AISI", "laptop-9")
    assert "another than yours" in devices.show(uk, card(loner)).warnings[0]
    joined = house(tmp_path, at, "UK-AISI", "laptop-2", like=uk)
    assert devices.show(uk, card(joined)).warnings == ()


def test_devices_are_found_by_name_institute_and_digits(uk: Desk, us: Desk, tmp_path: Path, at: Opener) -> None:
    sg = house(tmp_path, at, "SG-AISI", "gaithers-1")
    added(uk, card(us))
    added(uk, card(sg))
    with uk.store.reading() as connection:
        assert devices.candidate(uk, connection, "US-CAISI/gaithers-1").member.keys.sign == key(us)
        assert devices.candidate(uk, connection, key(sg).hex()[:8]).institute == "SG-AISI"
        assert devices.candidate(uk, connection, "laptop-1").institute == "UK-AISI"
        with pytest.raises(Ambiguous, match="2 devices"):
            devices.candidate(uk, connection, "gaithers-1")
        with pytest.raises(NotFound):
            devices.candidate(uk, connection, "gaithers-2")


def test_what_is_known_goes_before_a_file_of_that_name_and_a_forged_card_is_told(
    uk: Desk, us: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = DeviceKeys.make()
    forged = Card.of(keys, Pair.make().public, institute="US-CAISI", name="gaithers-1").encode(keys.pair.secret)
    (tmp_path / "gaithers-1").write_text(forged, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    groups.found(uk, "UKUS")
    added(uk, card(us))
    with uk.store.reading() as connection:
        assert devices.candidate(uk, connection, "gaithers-1").member.keys.sign == key(us)
    seen = membership.admission(uk, "UKUS", forged, "editor")
    assert any("known with other keys" in note for note in seen.notes)
    assert any("another than that of other devices" in note for note in seen.notes)
    admit(uk, "UKUS", us)
    seen = membership.admission(uk, "UKUS", forged, "reader")
    assert any("not the one of US-CAISI in this group" in note for note in seen.notes)


def test_a_device_that_a_group_tells_of_can_be_admitted_to_another_without_its_card(
    uk: Desk, us: Desk, tmp_path: Path, at: Opener
) -> None:
    sg = house(tmp_path, at, "SG-AISI", "lion-1")
    groups.found(uk, "ALL")
    admit(uk, "ALL", us, "chair")
    admit(uk, "ALL", sg)
    carry(uk, us, folder=tmp_path)
    groups.found(us, "SOME")
    seen = membership.admission(us, "SOME", key(sg).hex()[:12], "editor")
    assert (seen.candidate.institute, seen.act, seen.candidate.words) == ("SG-AISI", "institute", ())
    assert any("not by a card" in note for note in seen.notes)
    membership.admit(us, seen)
    carry(us, sg, folder=tmp_path)
    assert len(sg.store.groups()) == 3


def test_known_devices_are_listed_with_where_they_sit_and_when_they_wrote(uk: Desk, us: Desk, tmp_path: Path) -> None:
    groups.found(uk, "UKUS")
    admit(uk, "UKUS", us)
    carry(uk, us, folder=tmp_path)
    membership_of = {each.id: each for each in seats.known(us)}
    them = membership_of[key(uk).hex()]
    assert [(each.role, each.standing, each.name) for each in them.places] == [("chair", True, "")]
    assert them.last_word is not None
    added(us, card(uk))
    them = next(each for each in seats.known(us) if each.id == key(uk).hex())
    assert (them.name, them.person, len(them.words)) == ("laptop-1", "A. Oak", 8)
    assert seats.known(us)[0].own


def test_the_address_book_goes_with_the_store(uk: Desk, us: Desk, tmp_path: Path, at: Opener) -> None:
    added(uk, card(us))
    uk.store.close()
    again = at(Path(shutil.copytree(uk.home, tmp_path / "copy")))
    with again.store.reading() as connection:
        assert [each.card.name for each in devices.book(connection)] == ["gaithers-1"]
