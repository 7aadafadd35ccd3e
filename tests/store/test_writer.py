"""The pen of a device: large acts, numbers, keys, and the seat it writes from; and the token that remembers."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import IntegrityFailure, Refused
from comity.log.acts import Role
from comity.log.commit import ORIGINATOR, Change, Commit
from comity.log.envelope import GEN_CAP, NO_PREV, Slot, sealed
from comity.store import writer
from comity.store.token import Token, unknown_past
from laws.laptops import Laptop, shown, three


@pytest.fixture
def group(folder: Path) -> Iterator[tuple[bytes, list[Laptop]]]:
    id, laptops = three(folder, random.Random(8))
    yield id, laptops
    for laptop in laptops:
        laptop.close()


def notes(count: int, text: str) -> list[Change]:
    return [
        Change("note", number.to_bytes(16), {ORIGINATOR: "UK-AISI", "text": f"{number} {text}"})
        for number in range(count)
    ]


def test_a_large_act_is_several_commits_of_one_chain(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, us, _) = group
    rng = random.Random(1)
    dots = uk.write(id, *notes(300, rng.randbytes(1_000).hex()))
    assert len(dots) > 3
    chain = [each for each in uk.envelopes() if each.dot in dots]
    assert [each.prev for each in chain[1:]] == [each.id for each in chain[:-1]]
    assert [each.seq for each in chain] == list(range(chain[0].seq, chain[0].seq + len(dots)))
    us.take(uk.envelopes())
    assert len(shown(us.store)["note"]) == 300
    assert shown(us.store)["note"] == shown(uk.store)["note"]


def test_what_no_envelope_carries_is_refused_and_nothing_is_written(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, _, _) = group
    before = shown(uk.store)
    with pytest.raises(Refused, match="256 KiB"):
        uk.write(id, *notes(3, "short"), *notes(1, random.Random(1).randbytes(300_000).hex()))
    assert shown(uk.store) == before
    assert len(uk.write(id, *notes(3, "short"))) == 1


def test_parts_hold_every_change_once_and_in_order() -> None:
    changes = notes(40, "x" * 20_000)
    parted = list(writer.parts(changes))
    assert [change for part in parted for change in part] == changes
    assert len(parted) > 4
    assert list(writer.parts([])) == []


def test_gen_is_one_above_what_counts_and_ends_at_its_cap(group: tuple[bytes, list[Laptop]]) -> None:
    """Whoever writes the highest number there is must not make the work of others void."""
    id, (uk, _, us2) = group
    seat = next(seat.id for seat in us2.standing(id).seats.values() if seat.device == us2.device)
    key = next(iter(us2.store.circles.of(id).keys.values()))
    commit = Commit(1, "x", "", (notes(1, "highest")[0],)).encode()
    uk.take([sealed(Slot(id, seat, 1, GEN_CAP, NO_PREV), commit, key, us2.keys.pair.secret)])
    dots = [uk.create(id, "note", b"after" + bytes(11), text="a"), *uk.write(id, *notes(400, "y" * 2_000))]
    assert len(dots) > 3
    assert {uk.status(dot) for dot in dots} == {"in"}


def test_a_gen_above_the_cap_is_void_and_moves_nothing(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, _, us2) = group
    seat = next(seat.id for seat in us2.standing(id).seats.values() if seat.device == us2.device)
    key = next(iter(us2.store.circles.of(id).keys.values()))
    commit = Commit(1, "x", "", (notes(1, "higher")[0],)).encode()
    made = sealed(Slot(id, seat, 1, GEN_CAP + 1, NO_PREV), commit, key, us2.keys.pair.secret)
    uk.take([made])
    assert uk.status(made.dot) == "void: malformed"
    with uk.store.reading() as connection:
        assert writer.generation(connection, id) < 100


def test_who_has_no_seat_or_reads_only_is_refused(group: tuple[bytes, list[Laptop]], folder: Path) -> None:
    id, (uk, us, us2) = group
    stranger = Laptop.new(folder / "stranger", "US-CAISI", random.Random(2))
    stranger.take(us.envelopes())
    with pytest.raises(Refused) as caught:
        stranger.create(id, "note", bytes(16), text="x")
    assert caught.value.code == "no_seat"
    us.admit(id, stranger, Role.READER)
    stranger.take(us.envelopes())
    with pytest.raises(Refused) as caught:
        stranger.create(id, "note", bytes(16), text="x")
    assert caught.value.code == "role"
    uk.revoke(id, us2.device)
    us2.take(uk.envelopes())
    with pytest.raises(Refused, match="revoked"):
        us2.create(id, "note", bytes(16), text="x")
    stranger.close()


def test_after_a_revoke_a_new_key_is_written_under(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, us, us2) = group
    uk.create(id, "note", b"1" * 16, text="before")
    us2.take(uk.envelopes())
    uk.revoke(id, us2.device)
    dot = uk.create(id, "note", b"2" * 16, text="after")
    for laptop in (us, us2):
        laptop.take(uk.envelopes())
    assert us.status(dot) == "in"
    assert us2.status(dot) == "waiting: key not here"
    assert us2.row("note", b"1" * 16)["text"] == "before"


def test_the_token_knows_what_left(group: tuple[bytes, list[Laptop]], folder: Path) -> None:
    id, (uk, _, _) = group
    token = Token(folder / "token")
    assert token.read() == {}
    with uk.store.writing() as connection:
        assert not token.is_ahead(connection, id)
        here = uk.store.writer.slot(connection, id, 1)
        token.advance({id: (here.seat, here.seq - 1, here.prev)})
        assert not token.is_ahead(connection, id)
        token.advance({id: (here.seat, here.seq, b"?" * 32)})
        assert token.is_ahead(connection, id)
        token.settle(connection, id)
        assert not token.is_ahead(connection, id)
        token.advance({id: (here.seat, here.seq + 1, b"!" * 32), b"g" * 16: (here.seat, 1, b"!" * 32)})
        assert token.is_ahead(connection, id)
    assert (folder / "token").stat().st_mode & 0o777 == 0o600
    assert token.read().keys() == {id, b"g" * 16}


def test_the_token_of_a_restored_home_doubts_every_group_once(group: tuple[bytes, list[Laptop]], folder: Path) -> None:
    id, (uk, _, _) = group
    (folder / "token").write_bytes(unknown_past())
    token = Token(folder / "token")
    with uk.store.writing() as connection:
        assert token.is_ahead(connection, id)
        token.settle(connection, id)
        assert not token.is_ahead(connection, id)
        assert token.is_ahead(connection, b"g" * 16)


def test_a_damaged_token_is_told(folder: Path) -> None:
    (folder / "token").write_bytes(b"not a token")
    with pytest.raises(IntegrityFailure, match="damaged"):
        Token(folder / "token").read()
