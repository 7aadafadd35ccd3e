"""Secret keys: made from given randomness, never shown by accident."""

from nacl.bindings import crypto_box_seal

from comity.log.envelope import sign, verify
from comity.log.keys import DeviceKeys, Pair, public_of, sealed_to


def test_a_pair_signs_and_opens() -> None:
    pair = Pair.make()
    assert verify(b"context", b"message", sign(b"context", b"message", pair.secret), pair.public.sign)
    assert not verify(b"other", b"message", sign(b"context", b"message", pair.secret), pair.public.sign)
    assert pair.opened(sealed_to(pair.public.box, b"secret")) == b"secret"
    assert pair.opened(crypto_box_seal(b"secret", pair.public.box)) == b"secret"  # the same box as libsodium makes
    assert Pair.make().opened(sealed_to(pair.public.box, b"secret")) is None
    assert pair.opened(b"short") is None


def test_a_recovery_key_is_what_its_secret_says() -> None:
    pair = Pair.of_recovery(bytes([9]) * 32)
    assert pair.public.sign.hex() == "4bda1438a532a68a4c79e634d7508b7a1206b1462ecf8f55112478cc4583ffc9"
    assert pair.public.box.hex() == "c12fb690e8c426461786a04c4ed449e09d717dc7483737be25df552ae79da020"
    assert pair.seed != pair.box


def test_a_box_has_the_bytes_of_version_1() -> None:
    box = sealed_to(Pair(bytes(32), bytes([2]) * 32).public.box, bytes([12]) * 32, lambda size: bytes([13]) * size)
    assert box.hex().startswith("3839cb8ea7366ffe895153fa37ac900e95c1f2fb367b12b91705c4605336d26870598f8ea85c6e8e61bf")


def test_secrets_are_not_printed() -> None:
    keys = DeviceKeys.make(lambda size: b"S" * size)
    assert "SSSS" not in f"{keys} {keys!r} {keys.pair} {[keys]!r}"
    assert public_of(keys.carrier) != keys.carrier
