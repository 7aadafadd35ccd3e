"""Fold by parts: unknown and hostile values, and what writers take from it. Its promises are in tests/laws."""

from typing import Any

import pytest

from comity.domain.facet import Facet, Merge
from comity.log.commit import ORIGINATOR
from comity.log.fold import SPEAKER_DISPUTED, Rules, Touch, fold, latest, outranked

RULES = Rules({"marking": Merge.STRICTEST, "facts": Merge.LATEST, "tags": Merge.TAGS}, max)
DOTS = [bytes([number]) * 16 for number in range(9)]


def test_rules_are_read_from_facets() -> None:
    rules = Rules.of({"institute": Facet("Institute", speaks=True), "tags": Facet("Tags", merge=Merge.TAGS)}, max)
    assert (rules.merge, rules.speaks) == ({"institute": Merge.ASK, "tags": Merge.TAGS}, "institute")
    assert Rules.of({}, max) == Rules({}, max, "")


def test_unknown_fields_are_kept_and_asked_about() -> None:
    folded = fold([Touch(DOTS[1], 1, "UK", {"new": 1}), Touch(DOTS[2], 1, "US", {"new": {"a": 2}})], RULES)
    assert (folded.shown, folded.conflicts) == ({"new": {"a": 2}}, ("new",))


@pytest.mark.parametrize("wire", [None, 7, "text", [], [1, 2, 3], ["2026", "h"], {"a": 1}])
def test_a_fact_without_a_source_ranks_lowest(wire: Any) -> None:
    good = Touch(DOTS[1], 1, "UK", {"facts": latest("2026-01-01", "h", 5)})
    bad = Touch(DOTS[2], 9, "US", {"facts": wire})
    assert fold([good, bad], RULES).shown["facts"] == 5
    assert fold([bad], RULES).shown["facts"] == wire
    assert outranked({DOTS[2]: wire}, latest("2026-01-01", "h", 5)) == (DOTS[2],)


def test_a_marking_that_is_no_text_does_not_reach_the_join() -> None:
    assert fold([Touch(DOTS[1], 1, "UK", {"marking": 7})], RULES).shown["marking"] is None
    two = [Touch(DOTS[1], 1, "UK", {"marking": 7}), Touch(DOTS[2], 1, "US", {"marking": "B"})]
    assert fold(two, RULES).shown["marking"] == "B"


def test_a_list_in_place_of_tags_is_kept_and_not_shown() -> None:
    value = ["a"]
    folded = fold([Touch(DOTS[1], 1, "UK", {"tags": value, "tags:b:c": True})], RULES)
    assert folded.shown["tags"] == ["b:c"]
    assert folded.heads["tags"] == {DOTS[1]: ["a"]}
    assert value == ["a"]


def test_heads_that_are_not_here_are_named_without_harm() -> None:
    folded = fold([Touch(DOTS[1], 1, "UK", {"a": 1}, [DOTS[7]])], RULES)
    assert folded.heads == {"a": {DOTS[1]: 1}}


def test_a_replacement_counts_also_before_what_it_replaces() -> None:
    late, early = Touch(DOTS[1], 1, "UK", {"a": 1}), Touch(DOTS[2], 2, "UK", {"a": 2}, [DOTS[1]])
    assert fold([early, late], RULES).heads == {"a": {DOTS[2]: 2}}


def test_a_name_in_over_reaches_only_the_fields_that_are_set() -> None:
    folded = fold([Touch(DOTS[1], 1, "UK", {"a": 1, "b": 1}), Touch(DOTS[2], 2, "UK", {"a": 2}, [DOTS[1]])], RULES)
    assert folded.shown == {"a": 2, "b": 1}


def test_writers_are_told_what_they_replace() -> None:
    folded = fold([Touch(DOTS[1], 1, "UK", {"a": 1, "b": 1}), Touch(DOTS[2], 2, "US", {"a": 2})], RULES)
    assert folded.over(["a", "c"]) == (DOTS[1], DOTS[2])
    assert folded.over(["b"]) == (DOTS[1],)
    assert folded.over(folded.heads) == (DOTS[1], DOTS[2])


def test_who_is_spoken_for_must_be_agreed() -> None:
    speaking = Rules({}, max, "institute")
    creates = [
        Touch(DOTS[number], 1, institute, {ORIGINATOR: "UK", "institute": institute, "value": number})
        for number, institute in ((1, "UK"), (2, "US"))
    ]
    grab = Touch(DOTS[3], 3, "UK", {"value": 9}, [DOTS[1], DOTS[2]])
    folded = fold([*creates, grab], speaking)
    assert folded.flags == (SPEAKER_DISPUTED,)
    assert set(folded.heads["value"]) == {DOTS[2], DOTS[3]}  # its own only


def test_nothing_folds_to_nothing() -> None:
    folded = fold([], RULES)
    assert (folded.heads, folded.shown, folded.created, folded.updated) == ({}, {}, b"", b"")


def test_people_who_report_different_facts_are_asked_and_a_log_outranks_them() -> None:
    log = Touch(DOTS[1], 1, "UK", {"facts": latest("2026-01-01", "h", "running")})
    lost = Touch(DOTS[2], 2, "UK", {"facts": "lost"}, [DOTS[1]])
    failed = Touch(DOTS[3], 2, "US", {"facts": "failed"}, [DOTS[1]])
    assert fold([log, lost, failed], RULES).conflicts == ("facts",)
    assert fold([log, lost, failed._replace(set={"facts": "lost"})], RULES).conflicts == ()
    newer = Touch(DOTS[4], 3, "US", {"facts": latest("2026-01-02", "h", "succeeded")})
    folded = fold([log, lost, failed, newer], RULES)
    assert (folded.shown["facts"], folded.conflicts) == ("succeeded", ())
    settled = Touch(DOTS[5], 4, "UK", {"facts": "lost"}, [DOTS[2], DOTS[3]])
    assert fold([log, lost, failed, settled], RULES).conflicts == ()
