"""Secrets and fingerprints as words that people write on paper and read out."""

import hashlib
from difflib import get_close_matches
from functools import cache

from mnemonic import Mnemonic

from comity.errors import BadInput, Problem

RECOVERY_WORDS = 24
FINGERPRINT_WORDS = 8  # 88 bits


def recovery_words(secret: bytes) -> tuple[str, ...]:
    """The words of a recovery secret of 32 bytes; the last one holds a check."""
    return tuple(_english().to_mnemonic(secret).split())


def recovery_secret(text: str) -> bytes:
    """The secret that the words stand for; every wrong word is told, with the nearest right one."""
    words = text.lower().split()
    unknown = [(number, word) for number, word in enumerate(words, 1) if word not in _english().wordlist]
    if unknown:
        raise BadInput(
            "These are not words of a recovery key.",
            hint="Compare them with the paper.",
            problems=[Problem(f"word {number}", _nearest(word)) for number, word in unknown],
        )
    if len(words) != RECOVERY_WORDS:
        raise BadInput(
            f"A recovery key has {RECOVERY_WORDS} words, here are {len(words)}.", hint="Compare them with the paper."
        )
    try:
        return bytes(_english().to_entropy(words))
    except ValueError as error:
        raise BadInput(
            "The recovery words do not fit together: at least one is another word than on the paper, or out of order.",
            hint="Compare them with the paper, one by one.",
        ) from error


def fingerprint(data: bytes) -> tuple[str, ...]:
    """Words by which two people make sure that they hold the same bytes."""
    number = int.from_bytes(hashlib.blake2b(b"comity fingerprint 1\x00" + data, digest_size=11).digest(), "big")
    return tuple(_english().wordlist[number >> 11 * place & 2047] for place in reversed(range(FINGERPRINT_WORDS)))


@cache
def _english() -> Mnemonic:
    return Mnemonic("english")


def _nearest(word: str) -> str:
    near = get_close_matches(word, _english().wordlist, 1)
    return f"{word!r} is not in the list" + (f"; is it {near[0]!r}?" if near else "")
