"""Every record has a short name, and is found again by it."""

from typing import Any

import pytest

from comity.desk import acting, asking, names, telling
from comity.desk.desk import Desk
from comity.domain.kinds import KINDS
from comity.errors import Ambiguous, NotFound


@pytest.mark.parametrize("noun", [kind.noun for kind in KINDS])
def test_a_record_is_found_by_its_short_name(shown: Desk, noun: str) -> None:
    for record in asking.records(shown, noun, limit=6):
        assert asking.find(shown, asking.ref(shown, record), noun).id == record.id


@pytest.mark.parametrize("noun", [kind.noun for kind in KINDS])
def test_a_list_calls_records_as_each_is_called_alone(shown: Desk, noun: str) -> None:
    listed = {item["id"]: item["ref"] for item in telling.listed(shown, noun)["items"]}
    some = asking.records(shown, noun, limit=20)
    assert {each.id: telling.as_json(shown, each)["ref"] for each in some}.items() <= listed.items()
    assert [asking.find(shown, listed[each.id], noun).id for each in some] == [each.id for each in some]


@pytest.mark.parametrize(
    ("said", "noun", "field", "value"),
    [
        ("SALTMARSH/R2", "run", "label", "R2"),
        ("saltmarsh/r2", "run", "label", "R2"),
        ("R2/token_limit", "deviation", "actual", "2_000_000"),
        ("SALTMARSH/R2/token_limit", "deviation", "actual", "2_000_000"),
        ("Cyber/3/US-CAISI", "concurrence", "answer", "concur"),
        ("Cyber / 3 / US-CAISI", "concurrence", "answer", "concur"),
        ("Cyber / UK-AISI / Model A / cybench_mini / en", "cell", "language", "en"),
        ("Absalom Tarn/SC", "vetting", "level", "SC"),
        ("solene brumaire", "person", "name", "Solène Brumaire"),
        ("S-02", "secondment", "label", "S-02"),
        ("SALTMARSH/Model A", "model_alias", "alias", "Model A"),
    ],
)
def test_names_as_people_say_them(shown: Desk, said: str, noun: str, field: str, value: str) -> None:
    assert getattr(asking.find(shown, said, noun), field) == value


def test_a_name_of_several_lists_them(shown: Desk) -> None:
    with pytest.raises(Ambiguous) as told:
        asking.find(shown, "token_limit", "deviation")
    assert "UKUS:SALTMARSH/R2/token_limit (deviation of UK-AISI, " in told.value.hint


def test_a_name_of_none_says_where_to_look(shown: Desk) -> None:
    with pytest.raises(NotFound, match="no finding is called «F99»") as told:
        asking.find(shown, "F99", "finding")
    assert told.value.hint == "`comity finding list` lists what there is"


def test_a_name_in_json_does_not_tell_what_else_is_held(demo: Desk) -> None:
    [one] = [each for each in asking.records(demo, "participant", "exercise:SALTMARSH") if each.institute == "US-CAISI"]
    before = telling.as_json(demo, one)["ref"]
    for other in asking.records(demo, "participant", "institute:US-CAISI -exercise:SALTMARSH"):
        acting.retire(demo, other, "not of this test")
    assert asking.ref(demo, one) == "US-CAISI"
    assert telling.as_json(demo, one)["ref"] == before == "SALTMARSH/US-CAISI"


def test_twins_are_told_apart_by_the_end_of_their_id(demo: Desk) -> None:
    twins = [acting.add(demo, "position", {"exercise": "SALTMARSH", "title": "night watch"}) for _ in "ab"]
    refs = [asking.ref(demo, each) for each in twins]
    assert refs == [f"SALTMARSH/night watch~{each.id[-4:]}" for each in twins]
    assert [asking.find(demo, ref, "position").id for ref in refs] == [each.id for each in twins]
    with pytest.raises(Ambiguous):
        asking.find(demo, "night watch", "position")


def test_part_of_an_id_is_enough(shown: Desk) -> None:
    run = asking.find(shown, "SALTMARSH/R2")
    assert asking.find(shown, run.id[-8:]).id == asking.find(shown, run.id[:13]).id == run.id


def test_a_retired_record_is_found_where_no_live_one_has_the_name(demo: Desk) -> None:
    first = asking.find(demo, "SALTMARSH/F2")
    acting.retire(demo, first, "twice")
    assert asking.find(demo, "SALTMARSH/F2", "finding").retired
    acting.add(demo, "finding", {"exercise": "SALTMARSH", "statement": "again", "label": "F2"})
    assert not asking.find(demo, "SALTMARSH/F2", "finding").retired


@pytest.mark.parametrize("title", ["a/b", "a~b", "two\nlines", "x" * 400, "\x1b[2J"])
def test_a_name_that_would_not_be_found_gives_way_to_the_id(demo: Desk, title: str) -> None:
    record: Any = acting.add(demo, "milestone", {"exercise": "SALTMARSH", "title": title})
    assert asking.find(demo, asking.ref(demo, record), "milestone").id == record.id


@pytest.mark.parametrize("retired", [False, True])
def test_many_are_called_as_few_are(demo: Desk, monkeypatch: pytest.MonkeyPatch, retired: bool) -> None:
    """Where no two have one code, nobody is compared; a retired one and a live one may."""
    run = asking.find(demo, "SALTMARSH/R4")
    acting.retire(demo, run, "gone")
    acting.add(demo, "run", {"label": "R4", "exercise": "SALTMARSH", "institute": "UK-AISI"}, marking="TLP:AMBER")
    few = telling.listed(demo, "run", retired=retired)
    monkeypatch.setattr(names, "FEW", 0)
    assert telling.listed(demo, "run", retired=retired) == few
