"""The filter language in SQL finds what its meaning, told in plain Python, finds."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from comity.domain.exercises import Exercise
from comity.domain.query import parse_query
from comity.domain.record import choices, facets
from comity.store import counting, reading, search, select
from comity.store.rows import words
from domain.meaning import matches
from laws.laptops import Laptop, three

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTS = ("milestone.overdue", "cell.uncovered")
WORDS = (
    *("flood", "FLOOD", "Éclair", "eclair", "한국어", "50%", "a_b", "back\\slash", "it's", "x" * 30),
    *("spring tide", "\\", "%", "_"),
)
TERMS = (
    *WORDS[:10],
    '"spring tide"',
    "title:flood",
    "title:éclair",
    'title:""',
    "code:EX3",
    "code:ex3",
    "code:EX",
    "ref:EX1",
    "status:running",
    "status:running,planned",
    "kind:network",
    "synthetic:yes",
    "lead:UK-AISI",
    'lead:""',
    "window_start<2026-12-01",
    "window_start>=2026-11-30",
    "window_start:2026-11",
    'window_start:""',
    "purpose:50%",
    "purpose:a_b",
    "title~^fl",
    "~ti.e",
    "is:overdue",
    "is:cell.uncovered",
    "marking:TLP:AMBER",
    "age<2d",
    "age>1w",
)


@pytest.fixture(scope="module")
def exercises(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Laptop, dict[str, frozenset[str]]]]:
    rng = random.Random(9)
    group, laptops = three(tmp_path_factory.mktemp("select"), rng)
    laptop = laptops[0]
    for number in range(40):
        fields: dict[str, Any] = {
            "code": f"EX{number}",
            "title": " ".join(rng.sample(WORDS, rng.randrange(3))),
            "purpose": rng.choice(WORDS),
            "status": rng.choice(choices(Exercise, "status")),
            "kind": rng.choice(choices(Exercise, "kind")),
            "lead": rng.choice(("UK-AISI", "US-CAISI", "")),
            "synthetic": rng.random() < 0.5,
            "window_start": rng.choice((None, "2026-11-30", "2026-12-01", "2027-01-05")),
        }
        for left_out in rng.sample(sorted(set(fields) - {"code"}), 2):
            del fields[left_out]
        id = rng.randbytes(16)
        laptop.create(group, "exercise", id, **fields)
        if number % 9 == 0:
            laptop.set(group, "exercise", id, title=7)  # a value that cannot be read
    with laptop.store.writing() as connection:
        for no in range(1, 41):
            moment = NOW - timedelta(hours=rng.randrange(1, 24 * 20))
            column = select.age_column(Exercise)
            told = {"at": moment.strftime("%F %T.000000"), "no": no}
            connection.execute(text(f"UPDATE exercise SET {column} = :at WHERE no = :no"), told)
        ids = sorted(connection.exec_driver_sql("SELECT id FROM exercise").scalars())
    yield laptop, {name: frozenset(rng.sample(ids, 12)) for name in FACTS}
    for each in laptops:
        each.close()


def expected(record: Exercise, query: Any, facts: dict[str, frozenset[str]]) -> bool:
    values = {name: getattr(record, name) for name in Exercise.model_fields}
    values["ref"] = record.code
    values["age"] = NOW - getattr(record, select.age_column(Exercise)).replace(tzinfo=UTC)
    chosen = [getattr(record, name) for name in facets(Exercise) if choices(Exercise, name)]
    searched = " ".join((*words(Exercise, values), *(str(each).replace("_", " ") for each in chosen)))
    return matches(query, values, searched, frozenset(name for name, ids in facts.items() if record.id in ids))


FOUND = ("flood", "FLO", "eclair", "spring tide", "한국")
terms = st.builds(lambda minus, term: minus + term, st.sampled_from(("", "-")), st.sampled_from(TERMS))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(terms, min_size=1, max_size=3))
def test_sql_finds_what_the_meaning_says(exercises: tuple[Laptop, dict[str, frozenset[str]]], parts: list[str]) -> None:
    laptop, facts = exercises
    query = parse_query(" ".join(parts), Exercise, today=NOW.date(), names=FACTS)
    chosen = select.Selection(Exercise, query, facts, NOW.date(), False, NOW)
    with laptop.store.reading() as connection:
        found = {each.code for each in select.page(connection, chosen)}
        every = reading.find(connection, Exercise)
        assert found == {each.code for each in every if expected(each, query, facts)}, " ".join(parts)
        assert counting.count(connection, chosen) == len(found) == len(select.numbers(connection, chosen))


@pytest.mark.parametrize("sort", [(), ("code",), ("-title", "code"), ("window_start",), ("-age",)])
def test_pages_in_any_order_hold_everything_once(exercises: tuple[Laptop, Any], sort: tuple[str, ...]) -> None:
    laptop, facts = exercises
    chosen = select.Selection(Exercise, parse_query("", Exercise, today=NOW.date()), facts, NOW.date(), False, NOW)
    with laptop.store.reading() as connection:
        whole = [each.no for each in select.page(connection, chosen, sort)]
        pages = [each.no for start in range(0, 45, 7) for each in select.page(connection, chosen, sort, 7, start)]
        assert whole == pages == select.numbers(connection, chosen, sort)
        assert [each["no"] for each in select.rows(connection, chosen, sort)] == whole


@pytest.mark.parametrize(
    "asked", ["flood", "FLO", "eclair", "spring tide", "한국", "50%", '"', "NOT", "a OR", "*", "(", "\x00", "title:x"]
)
def test_the_search_finds_words_begun_and_takes_any_text(exercises: tuple[Laptop, Any], asked: str) -> None:
    laptop, _ = exercises
    with laptop.store.reading() as connection:
        found = {no for _, no, _ in search.find(connection, asked, 100)}
        told = dict(connection.execute(text("SELECT rowid, title || ' ' || body FROM search")).all())
    if asked in FOUND:
        assert found == {no for no, words in told.items() if all(part in words for part in asked.lower().split())}
        assert found


def test_rows_of_an_unreadable_value_are_listed(exercises: tuple[Laptop, Any]) -> None:
    laptop, _ = exercises
    with laptop.store.reading() as connection:
        flagged = [each for each in reading.find(connection, Exercise) if each.flags]
        assert len(flagged) == 5
        assert {each.title for each in flagged} == {None}
        assert connection.execute(text("SELECT count(*) FROM exercise")).scalar() == 40


def test_a_word_that_is_everywhere_finds_what_it_names_and_then_the_newest(
    exercises: tuple[Laptop, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop, _ = exercises
    with laptop.store.reading() as connection:
        every = search.find(connection, "ex", 100)
        monkeypatch.setattr(search, "MANY", 5)
        named = search.find(connection, "ex", 10)
        assert len(every) == 40
        assert [no for _, no, _ in named] == sorted((no for _, no, _ in every), reverse=True)[:10]
