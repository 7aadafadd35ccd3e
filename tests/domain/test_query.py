from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.exercises import Milestone
from comity.domain.findings import Finding
from comity.domain.kinds import KINDS
from comity.domain.query import Is, Match, Pattern, Query, Text, parse_query, without_last
from comity.domain.query_fields import query_field, query_fields
from comity.domain.query_values import DaySpan
from comity.domain.runs import Run
from comity.errors import BadInput
from domain.meaning import matches

TODAY = date(2026, 11, 23)
HOUSE = query_field(Run, "originator").shape
NAMES = ("cell.uncovered", "run.stale", "action.overdue", "milestone.overdue", "mine", "vetting.expires_in_term")
R4 = {
    "label": "R4",
    "institute": "US-CAISI",
    "execution_status": "running",
    "cell": "Cybench Model B",
    "remark": "Solène waits  for\nthe image",
    "last_word_at": datetime(2026, 11, 14, 9, 0),  # stores give moments back without a zone
    "completed_samples": 19,
    "model": "mockllm/model-b",
    "synthetic": True,
    "retry_of": None,
    "marking": "TLP:AMBER",
    "header": {"task": "cybench_mini"},
    "age": timedelta(days=9, hours=5),
}
TEXT = "R4 US-CAISI Cybench Model B Solène waits  for\nthe image 한국어"
FACTS = frozenset({"run.stale", "mine"})


def fits(text: str) -> bool:
    return matches(parse_query(text, Run, today=TODAY, names=NAMES), R4, TEXT, FACTS)


def refusal(text: str, kind=Run) -> BadInput:
    with pytest.raises(BadInput) as caught:
        parse_query(text, kind, today=TODAY, names=NAMES)
    return caught.value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "cybench",
        "solene",
        "SOLENE waits",
        "한국어",
        "-korea",
        '"waits for the image"',
        "US-CAISI cybench",
        "institute:US-CAISI",
        "house:us-caisi",
        "house:UK-AISI,US-CAISI",
        "-house:UK-AISI",
        "status:running",
        "execution_status:running,failed",
        "-status:failed,cancelled",
        "remark:solene",
        'remark:"for the"',
        'cell:"Cybench Model B"',
        "age>7d",
        "age<2w",
        "age>=1w",
        "age:9d",
        "last_word_at:2026-11-14",
        "last_word_at<2026-11-15",
        "last_word_at>2026-11-13",
        "last_word_at<=2026-11-14",
        "last_word_at>=2026-11-14",
        "last_word_at<-1w",
        "last_word_at:2026-11",
        "last_word_at:w46",
        "last_word_at:2026-11-14T09:00",
        "last_word_at<2026-11-14T09:01",
        "completed_samples:19",
        "completed_samples>=19",
        "completed_samples<20",
        "synthetic:yes",
        "-synthetic:no",
        'retry_of:""',
        '-remark:""',
        "marking:amber",
        "header:cybench_mini",
        "~r[0-9]+",
        "-~R5",
        "model~^mockllm/",
        '~"waits +for"',
        "is:stale",
        "is:run.stale",
        "is:mine,overdue",
        "-is:overdue",
        "-retry_of:R2",
        "-completed_samples>19",
    ],
)
def test_what_fits(text):
    assert fits(text)


@pytest.mark.parametrize(
    "text",
    [
        "korea",
        '"image waits"',
        "-cybench",
        "house:US",
        "house:UK-AISI",
        "status:failed",
        "age<7d",
        "age:8d",
        "last_word_at>2026-11-14",
        "last_word_at<2026-11-14",
        "last_word_at:w47",
        "completed_samples>19",
        "synthetic:no",
        'remark:""',
        "retry_of:R2",
        "marking:TLP:RED",
        "~R5",
        "label~^4",
        "is:overdue",
        "-is:stale",
        "cybench korea",
        "cell:Cybench",
        "exercise~.",
    ],
)
def test_what_does_not_fit(text):
    assert not fits(text)


def test_the_parts_of_a_query():
    query = parse_query('lead "two words" -house:A,B age>7d label~^R is:stale -~x', Run, today=TODAY, names=NAMES)
    words, phrase, house, age, label, stale, other = query.terms
    assert (words, phrase) == (Text("lead"), Text("two words"))
    assert isinstance(house, Match)
    assert (house.field, house.op, house.values, house.negated) == ("institute", ":", ("A", "B"), True)
    assert isinstance(age, Match)
    assert (age.field, age.op, age.values, age.shape) == ("age", ">", (timedelta(days=7),), None)
    assert (label, stale, other) == (Pattern("^R", "label"), Is(("stale",)), Pattern("x", negated=True))


def test_days_are_relative_to_today_and_a_month_is_all_of_it():
    due = parse_query("due:+7d due:2026-12 due<fri due>2026-12 due<=w51", Milestone, today=TODAY).terms
    assert [term.values[0] for term in due if isinstance(term, Match)] == [
        DaySpan(date(2026, 11, 30), date(2026, 11, 30)),
        DaySpan(date(2026, 12, 1), date(2026, 12, 31)),
        date(2026, 11, 27),
        date(2026, 12, 31),
        date(2026, 12, 20),
    ]


def test_a_day_of_a_moment_is_all_of_it_in_utc():
    (term,) = parse_query("created>=today", Run, today=TODAY).terms
    assert isinstance(term, Match)
    assert (term.field, term.values) == ("created_at", (datetime(2026, 11, 23, tzinfo=UTC),))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lnag:ko", "no field «lnag»; did you mean «lang»?"),
        ("wholly_unlike:x", "no field «wholly_unlike» in runs"),
        ("validity:viod", "«viod» is no validity; did you mean void?"),
        ("age>soon", "«soon» is no age."),
        ("last_word_at:2026-11-81", "There is no 81 November."),
        ("completed_samples>many", "«many» is no whole number"),
        ("synthetic:perhaps", "synthetic is yes or no"),
        ("marking:TLP:WHITE", "TLP 2.0 calls it TLP:CLEAR"),
        ("label>R2", "«label» has no order; write label:R2"),
        ("age>1d,2d", "takes one value"),
        ('age>""', "needs a value"),
        ("is:stael", "did you mean «is:stale»?"),
        ('"two wor', "a quotation mark is not closed"),
        ("house:", "a value is missing after «house:»"),
        ("house:a,", "a value is missing after «house:a,»"),
        ("house: x", "a value is missing after «house:»"),
        ('"a"b', "«b» is not expected there"),
        ("~[", "cannot be read"),
        ("~(a+)+", "could run for ever"),
        ("~(a|aa)+b", "could run for ever"),
        ("~(a?a)*b", "could run for ever"),
        ("~" + "a?" * 30 + "a" * 30, "could run for ever"),
        (r"~(a)\1", "could run for ever"),
        ("~" + "a" * 201, "at most 200"),
        ("x" * 2001, "at most 2000"),
    ],
)
def test_what_cannot_be_meant_is_said(text, says):
    assert says in refusal(text).message


def test_a_wrong_field_is_a_problem_of_that_field():
    assert [problem.field for problem in refusal("lnag:ko").problems] == ["lnag"]


def test_each_kind_has_its_own_fields():
    assert query_field(Finding, "house").name == "originator"
    assert query_field(Run, "status").name == "execution_status"
    assert query_field(Run, "lang").name == "language"
    assert query_field(Run, "code").name == "label"
    assert query_field(Finding, "kind").name == "kind"
    assert refusal("execution_status:running", Finding)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_is_offered_is_understood(kind):
    for name, field in query_fields(kind).items():
        assert query_field(kind, name).name == field.name
        assert query_field(kind, field.name).name == field.name
        assert parse_query(f'{name}:""', kind, today=TODAY).terms


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("", ""),
        ("one", ""),
        ('one "two words"', "one"),
        (" one  -house:a,b ", " one"),
        ("one ~two", "one"),
        ("one -~two", "one"),
        ('one "two', "one"),
        ("lnag:ko two", "lnag:ko"),
    ],
)
def test_the_last_term_can_be_dropped(text, rest):
    assert without_last(text) == rest


pieces = st.sampled_from(
    [
        "house",
        "age",
        "status",
        "is",
        "label",
        ":",
        ">",
        "<=",
        "~",
        "-",
        ",",
        '"',
        "\\",
        " ",
        "7d",
        "running",
        "a",
        "+",
        "(",
        "é",
        "\n",
    ]
)
typed = st.lists(pieces, max_size=12).map("".join) | st.text(max_size=40)


@given(typed)
def test_any_text_is_a_query_or_a_refusal(text):
    without_last(text)
    try:
        query = parse_query(text, Run, today=TODAY)
    except BadInput:
        return
    assert matches(query, R4, TEXT, FACTS) in (True, False)


words = st.text(max_size=20)
texts = st.builds(Text, words, st.booleans())
facts = st.lists(st.sampled_from(["stale", "run.stale", "mine"]), min_size=1, max_size=3).map(tuple)
matched = st.lists(words, min_size=1, max_size=3).map(tuple)
terms = st.one_of(
    texts,
    st.builds(Is, facts, st.booleans()),
    st.builds(lambda given, no: Match("originator", ":", _trimmed(given), no, HOUSE, given), matched, st.booleans()),
    st.builds(
        Pattern, st.from_regex(r"[a-z .\"\\]{1,9}\w", fullmatch=True), st.sampled_from(["", "label"]), st.booleans()
    ),
)


def _trimmed(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value.strip() for value in values)


@given(words, st.booleans())
def test_quotation_marks_keep_every_character(text, negated):
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    read = parse_query(f'{"-" if negated else ""}"{quoted}"', Run, today=TODAY)
    assert read == Query((Text(text, negated),))


@given(typed, typed)
def test_more_terms_never_find_more(one, other):
    try:
        first = parse_query(one, Run, today=TODAY)
        both = Query(first.terms + parse_query(other, Run, today=TODAY).terms)
    except BadInput:
        return
    assert matches(first, R4, TEXT, FACTS) or not matches(both, R4, TEXT, FACTS)


@given(terms)
def test_not_is_the_opposite(term):
    if isinstance(term, Pattern):
        return
    opposite = replace(term, negated=not term.negated)
    assert matches(Query((term,)), R4, TEXT, FACTS) != matches(Query((opposite,)), R4, TEXT, FACTS)
