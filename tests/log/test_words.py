"""Words for paper and for the telephone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import BadInput
from comity.log.words import fingerprint, recovery_secret, recovery_words

WORDS = "animal embark drastic bamboo mountain loyal category cancel " * 2 + (
    "animal embark drastic bamboo mountain loyal category cover"
)


@given(st.binary(min_size=32, max_size=32))
def test_words_stand_for_their_secret(secret: bytes) -> None:
    assert recovery_secret(" ".join(recovery_words(secret))) == secret


def test_the_words_of_version_1() -> None:
    assert recovery_words(bytes([9]) * 32) == tuple(WORDS.split())
    assert recovery_secret(f"  {WORDS.upper()}\n") == bytes([9]) * 32


def test_every_wrong_word_is_told_with_the_nearest() -> None:
    with pytest.raises(BadInput) as refused:
        recovery_secret(WORDS.replace("bamboo", "bambo", 1).replace("loyal", "zzzz", 1))
    assert [problem.field for problem in refused.value.problems] == ["word 4", "word 6"]
    assert "'bamboo'" in refused.value.problems[0].message


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("", "here are 0"), ("animal embark", "here are 2"), (WORDS.replace("cover", "cancel"), "do not fit together")],
)
def test_words_that_are_no_key_are_refused(words: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence) as refused:
        recovery_secret(words)
    assert refused.value.hint


def test_fingerprints_differ_and_stay() -> None:
    assert fingerprint(b"a") != fingerprint(b"b")
    assert fingerprint(b"a") == fingerprint(b"a")
    assert len(set(fingerprint(b"a"))) > 4
