"""What verify finds: whatever is not as the log and its keys say."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.desk import care
from comity.errors import ComityError, IntegrityFailure
from comity.home import STORE
from comity.log.body import Malformed
from comity.log.commit import Change, Commit
from comity.log.envelope import Slot, decode, sealed
from comity.log.verdict import ends
from comity.store import verify
from laws.laptops import Laptop, three

PAGE = 4096  # bytes
TEXT = "a text that is long enough to be worth packing, or so one hopes: flood and ebb, flood and ebb, flood and ebb"


@pytest.fixture
def group(tmp_path: Path) -> Iterator[tuple[bytes, Laptop, Laptop]]:
    id, (uk, us, us2) = three(tmp_path, random.Random(4))
    uk.create(id, "note", b"n" * 16, text=TEXT)
    us2.take(uk.envelopes())
    us2.set(id, "note", b"n" * 16, text="other")
    uk.take(us2.envelopes())
    yield id, uk, us2
    for laptop in (uk, us, us2):
        laptop.close()


def codes(laptop: Laptop) -> set[str]:
    return {finding.code for finding in verify.problems(laptop.store)}


def test_a_healthy_store_has_no_problem(group: tuple[bytes, Laptop, Laptop]) -> None:
    _, uk, us2 = group
    assert verify.problems(uk.store) == verify.problems(us2.store) == []


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        ("UPDATE note SET text = 'forged'", "row"),
        ("DELETE FROM note", "row"),
        ("UPDATE note SET conflicts = '[\"text\"]'", "row"),
        ("UPDATE record SET heads = x'80'", "heads"),
        ("UPDATE search SET title = 'forged'", "search"),
        ("DELETE FROM search", "search"),
        ("INSERT INTO counts VALUES ('', 'failed', 'void', 7)", "counts"),
        ("UPDATE envelope SET status = 'void: cut' WHERE type = 1", "status"),
        ("DELETE FROM touch", "touch"),
        ("UPDATE envelope SET seq = seq + 100 WHERE type = 1", "envelope"),
        ("UPDATE envelope SET id = randomblob(32) WHERE no = 5", "envelope"),
        ("UPDATE envelope SET signature = zeroblob(64) WHERE type = 1", "signature"),
        ("UPDATE envelope SET body = zeroblob(200) WHERE type = 1", "envelope"),
        ("DELETE FROM envelope WHERE no = (SELECT max(no) FROM envelope)", "heads"),
    ],
)
def test_each_kind_of_harm_is_found(group: tuple[bytes, Laptop, Laptop], harm: str, code: str) -> None:
    _, uk, _ = group
    with uk.store.writing() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        connection.exec_driver_sql(harm)
        if "DELETE FROM envelope" in harm:
            connection.exec_driver_sql("DELETE FROM touch WHERE envelope NOT IN (SELECT no FROM envelope)")
    found = verify.problems(uk.store)
    assert code in {finding.code for finding in found}
    assert all(finding.text and finding.hint for finding in found)


def test_rebuilding_mends_what_a_rebuild_can(group: tuple[bytes, Laptop, Laptop]) -> None:
    _, uk, _ = group
    with uk.store.writing() as connection:
        for harm in ("UPDATE note SET text = 'forged'", "UPDATE record SET heads = x'80'", "DELETE FROM touch"):
            connection.exec_driver_sql(harm)
        connection.exec_driver_sql("UPDATE envelope SET status = 'waiting: key not here'")
    assert codes(uk) >= {"row", "search", "touch", "status"}
    uk.store.rebuild()
    assert codes(uk) == set()


def test_any_flipped_bit_is_detected(group: tuple[bytes, Laptop, Laptop], tmp_path: Path) -> None:
    """In the file each page carries a hash; in an envelope each bit is hashed, sealed or signed."""
    id, uk, us2 = group
    for envelope in us2.envelopes():
        whole = envelope.encode()
        public = (
            next(s.device for s in us2.standing(id).seats.values() if s.id == envelope.seat)
            if envelope.seat != id
            else b""
        )
        for bit in range(0, len(whole) * 8, 7):
            harmed = whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :]
            try:
                read = decode(harmed)
            except Malformed:
                continue
            if public:
                assert not verify.authentic(read, public), f"bit {bit}"
    uk.close()
    whole, rng = (uk.home / "store.db").read_bytes(), random.Random(1)
    for at in [rng.randrange(len(whole)) for _ in range(20)]:
        (uk.home / "store.db").write_bytes(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
        try:
            uk.reopen()
        except ComityError:
            continue
        try:
            assert "file" in codes(uk), f"byte {at}"
        except ComityError:
            continue
        finally:
            uk.close()
    (uk.home / "store.db").write_bytes(whole)
    uk.reopen()
    assert codes(uk) == set()


def test_a_fork_is_found_and_both_branches_are_kept(group: tuple[bytes, Laptop, Laptop]) -> None:
    id, uk, us2 = group
    (seat,) = (seat for seat in us2.standing(id).seats.values() if seat.device == us2.device)
    chain = [each for each in us2.envelopes() if each.seat == seat.id]
    (end,) = ends(chain)
    last = next(each for each in chain if each.id == end)
    key = uk.store.circles.of(id).keys[last.key]
    for text in ("one", "two"):
        commit = Commit(1, "x", "", (Change("note", b"n" * 16, {"text": text}),))
        uk.take([sealed(Slot(id, seat.id, last.seq + 1, 9, last.id), commit.encode(), key, us2.keys.pair.secret)])
    assert codes(uk) == {"forked"}
    (found,) = care.told(verify.problems(uk.store))["problems"]
    assert care.judged([found])["ok"]
    assert f"{us2.device.hex()[:12]} of US-CAISI" in found["text"]
    assert "no backup is needed; let it be renewed" in found["hint"]
    us2.take(uk.envelopes())
    assert any("comity group renew" in each.hint for each in verify.problems(us2.store))
    assert len(uk.heads(id, "note", b"n" * 16)["text"]) == 3


def test_a_page_that_was_overwritten_is_a_finding_or_a_store_that_says_it_is_damaged(
    group: tuple[bytes, Laptop, Laptop],
) -> None:
    """Anywhere in the file, with the store open and opened anew; never an error of the database's own."""
    _, uk, _ = group
    rng = random.Random(9)
    uk.close()
    path = uk.home / STORE
    whole = path.read_bytes()
    found = 0
    for start in sorted(rng.sample(range(0, len(whole) - PAGE, PAGE), 40)):
        path.write_bytes(whole[:start] + rng.randbytes(PAGE) + whole[start + PAGE :])
        try:
            uk.reopen()
        except IntegrityFailure:
            continue
        found += codes(uk) == {"file"}
        uk.close()
        path.with_name(f"{STORE}-wal").unlink(missing_ok=True)
    path.write_bytes(whole)
    uk.reopen()
    assert found > 5
    assert not codes(uk)
