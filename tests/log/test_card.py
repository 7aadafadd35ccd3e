"""Device cards: text that survives mail, and shows when it was changed."""

import base64

import pytest

from comity.log.body import Malformed
from comity.log.card import PREFIX, Card
from comity.log.keys import DeviceKeys, Pair

KEYS = DeviceKeys(Pair(bytes([1]) * 32, bytes([2]) * 32), bytes([14]) * 32, bytes([11]) * 32)
CARD = Card.of(
    KEYS, Pair.of_recovery(bytes([9]) * 32).public, institute="UK-AISI", name="laptop-1", person="Tamsin Oakhollow"
)
TEXT = CARD.encode(KEYS.pair.secret)


def test_a_card_is_one_line_in_any_text() -> None:
    assert "\n" not in TEXT
    assert Card.decode(f"> Dear Dana,\n\n   {TEXT}  \r\n\nregards") == CARD


def test_a_card_has_the_bytes_of_version_1() -> None:
    assert TEXT.startswith("comity-card-1:e3RlGIghIFL4P25ZkvRbIASQwwEqXPsx9r_-Zv2Fjixuq82To_uypNfOCNiKVUuEK2lXveT9tgbs")
    assert CARD.fingerprint() == ("finish", "cabin", "secret", "impose", "present", "gift", "marine", "head")


def test_a_card_holds_nothing_secret() -> None:
    data = base64.urlsafe_b64decode(TEXT.removeprefix(PREFIX))
    for secret in (KEYS.pair.seed, KEYS.pair.box, KEYS.store, KEYS.carrier):
        assert secret not in data


def test_a_changed_card_is_refused() -> None:
    content = bytearray(base64.urlsafe_b64decode(TEXT.removeprefix(PREFIX)))
    at = content.index(b"laptop-1")
    content[at] ^= 2
    with pytest.raises(Malformed, match="was changed"):
        Card.decode(PREFIX + base64.urlsafe_b64encode(content).decode())


@pytest.mark.parametrize("text", ["", "hello", PREFIX, PREFIX + "é", PREFIX + "AAAA", PREFIX + "A" * 99_999, TEXT[:-9]])
def test_other_text_is_not_a_card(text: str) -> None:
    with pytest.raises(Malformed, match="not a device card"):
        Card.decode(text)


def test_two_cards_have_two_fingerprints() -> None:
    other = Card.of(DeviceKeys.make(), CARD.recovery, institute="UK-AISI", name="laptop-1")
    assert other.fingerprint() != CARD.fingerprint()
    houses = [Card.of(KEYS, key.recovery, institute=code, name="x") for key, code in ((CARD, "UK"), (other, "UK-AISI"))]
    assert houses[0].fingerprint() != CARD.fingerprint()
    assert houses[1].fingerprint() == CARD.fingerprint()  # the same keys and institute; a name is no key


def test_another_recovery_key_makes_other_words() -> None:
    other = Card.of(KEYS, DeviceKeys.make().pair.public, institute="UK-AISI", name="laptop-1")
    assert other.fingerprint() != CARD.fingerprint()
