"""The hash of a protocol, and whose word stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.concurrences import Answer, answers, content_hash, current
from comity.domain.exercises import Exercise, Participant, Strand
from comity.domain.protocols import FIELD_CLASSES, Concurrence, Protocol
from domain.shelf import Shelf

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
    max_leaves=8,
)


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    exercise = shelf.put(Exercise, code="HERON")
    shelf.put(Strand, exercise=exercise.id, title="Cyber")
    shelf.put(Participant, exercise=exercise.id, institute="UK-AISI", role="lead")
    shelf.put(Participant, exercise=exercise.id, institute="EU-AIO", role="observer")
    return shelf


def version(shelf: Shelf, number: int, status: str = "frozen", **settings: object) -> Protocol:
    return shelf.put(Protocol, strand=shelf.find(Strand)[0].id, version=number, status=status, **settings)


def the_answer(shelf: Shelf, protocol: Protocol) -> Answer:
    (answer,) = answers(shelf, shelf.find(Exercise)[0], protocol)
    return answer


@given(st.dictionaries(st.sampled_from(FIELD_CLASSES), st.dictionaries(st.text(), VALUES, max_size=4)))
def test_the_order_of_keys_and_2_for_2_point_0_do_not_change_the_hash(settings: dict[str, dict[str, object]]) -> None:
    turned = {name: dict(reversed(parts.items())) for name, parts in settings.items()}
    doubled = {name: {key: _floated(value) for key, value in parts.items()} for name, parts in turned.items()}
    assert content_hash(Protocol(strand="s", **settings)) == content_hash(Protocol(strand="t", version=7, **doubled))


def _floated(value: object) -> object:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def test_the_hash_of_known_settings_stays_what_it_is() -> None:
    protocol = Protocol(strand="s", budget={"token_limit": 2_500_000}, elicitation={"attempts": 10, "seed": "any"})
    assert content_hash(protocol) == "c8a55ab64b12c2c1ef344c3db9a938b6f935c8f91e6bc36206613baecc3747aa"
    assert content_hash(protocol) != content_hash(Protocol(strand="s", scoring={"token_limit": 2_500_000}))


def test_yes_is_not_one(shelf: Shelf) -> None:
    assert content_hash(version(shelf, 1, budget={"a": True})) != content_hash(version(shelf, 1, budget={"a": 1}))


def test_observers_are_not_asked_and_silence_is_pending(shelf: Shelf) -> None:
    answer = the_answer(shelf, version(shelf, 1))
    assert (answer.institute, answer.standing) == ("UK-AISI", "pending")


def test_a_word_lapses_on_the_classes_that_changed_and_on_no_others(shelf: Shelf) -> None:
    first = version(shelf, 1, "superseded", budget={"token_limit": 1}, scoring={"judge": "a"})
    word = shelf.put(Concurrence, protocol=first.id, institute="UK-AISI", answer="concur")
    same = version(shelf, 2, budget={"token_limit": 1.0}, scoring={"judge": "a"})
    assert the_answer(shelf, same).standing == "concur"
    other = version(shelf, 3, budget={"token_limit": 2}, scoring={"judge": "a"})
    assert (the_answer(shelf, other).standing, the_answer(shelf, other).touched) == ("lapsed", ("budget",))
    word.fields_concerned = ["scoring.judge"]
    assert the_answer(shelf, other).standing == "concur"


def test_a_word_for_other_settings_than_these_has_lapsed(shelf: Shelf) -> None:
    protocol = version(shelf, 1, budget={"token_limit": 1})
    word = shelf.put(Concurrence, protocol=protocol.id, institute="UK-AISI", answer="concur")
    word.version_hash = content_hash(protocol)
    assert the_answer(shelf, protocol).standing == "concur"
    protocol.budget = {"token_limit": 2}
    assert the_answer(shelf, protocol).standing == "lapsed"


def test_a_word_on_a_later_version_does_not_answer_an_earlier_one_nor_does_a_question(shelf: Shelf) -> None:
    first = version(shelf, 1, budget={"token_limit": 1})
    later = version(shelf, 2, "circulated", budget={"token_limit": 1})
    shelf.put(Concurrence, protocol=later.id, institute="UK-AISI", answer="object")
    assert the_answer(shelf, first).standing == "pending"
    shelf.put(Concurrence, protocol=first.id, institute="UK-AISI", answer="concur")
    assert the_answer(shelf, first).standing == "concur"
    third = version(shelf, 3, "circulated", budget={"token_limit": 1})
    shelf.put(Concurrence, protocol=third.id, institute="UK-AISI", answer="pending")
    assert the_answer(shelf, third).standing == "object"


def test_the_newest_version_sent_round_holds_and_drafts_do_not(shelf: Shelf) -> None:
    strand = shelf.find(Strand)[0].id
    assert current(shelf, strand) is None
    version(shelf, 1, "superseded")
    second = version(shelf, 2, "frozen")
    version(shelf, 3, "draft")
    assert current(shelf, strand) == second
