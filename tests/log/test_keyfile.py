"""The key file: opens with its passphrase only, and asks for neither too little nor too much work."""

import msgspec
import pytest

from comity.errors import Locked
from comity.log.body import Malformed
from comity.log.card import Card
from comity.log.keyfile import CEILING, INTERACTIVE, MODERATE, KeyFile, sealed
from comity.log.keys import DeviceKeys, Pair

KEYS = DeviceKeys.make(lambda size: b"S" * size)
CARD = Card.of(KEYS, Pair.make().public, institute="UK-AISI", name="laptop-1")


@pytest.fixture(scope="module")
def locked() -> KeyFile:
    return sealed(KEYS, CARD, "five random words", INTERACTIVE)


def test_a_key_file_opens_with_its_passphrase(locked: KeyFile) -> None:
    file = KeyFile.decode(locked.encode())
    assert (file.card, file.carrier, file.has_passphrase) == (CARD, KEYS.carrier, True)
    assert file.unlock(file.derive("five random words")) == KEYS
    assert KEYS.pair.seed not in locked.encode().replace(KEYS.carrier, b"", 1)


def test_another_passphrase_leaves_it_locked(locked: KeyFile) -> None:
    with pytest.raises(Locked, match="passphrase is wrong"):
        locked.unlock(locked.derive("five random word"))


def test_a_passphrase_is_the_same_from_every_keyboard() -> None:
    file = sealed(KEYS, CARD, "Sol\u00e8ne", INTERACTIVE)
    assert file.unlock(file.derive("Sole\u0300ne")) == KEYS


def test_any_flipped_byte_of_a_key_file_is_detected() -> None:
    data = sealed(KEYS, CARD, "").encode()
    for at in range(len(data)):
        try:
            file = KeyFile.decode(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
            keys = file.unlock(bytes(32))
        except (Malformed, Locked):
            continue
        raise AssertionError(f"byte {at}: {keys}")


def test_a_device_without_a_passphrase_says_so() -> None:
    file = KeyFile.decode(sealed(KEYS, CARD, "").encode())
    assert not file.has_passphrase
    assert file.unlock(file.derive("")) == KEYS


@pytest.mark.parametrize(
    "cost", [(1, MODERATE[1]), (3, INTERACTIVE[1] - 1), (CEILING[0] + 1, MODERATE[1]), (3, CEILING[1] * 64)]
)
def test_weak_or_greedy_settings_are_refused_before_any_work(locked: KeyFile, cost: tuple[int, int]) -> None:
    clear = [*msgspec.msgpack.decode(locked.data.clear)]
    clear[4:6] = cost
    data = msgspec.msgpack.encode([msgspec.msgpack.encode(clear), locked.data.sealed])
    with pytest.raises(Malformed, match="too weak or too costly"):
        KeyFile.decode(data)


@pytest.mark.parametrize("data", [b"", b"\x92\xc4\x00\xc4\x00", b"text", b"\x92" * 40])
def test_other_files_are_not_key_files(data: bytes) -> None:
    with pytest.raises(Malformed, match="not a key file"):
        KeyFile.decode(data)
