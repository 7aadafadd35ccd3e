from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.marking import UNREADABLE, above, join, lowers, parse_marking, permits, read_marking, tlp
from comity.errors import BadInput

COUNTRIES = {"UK-AISI": "GB", "US-CAISI": "US", "SG-AISI": "SG", "JP-AISI": "JP"}
READABLE = [
    "TLP:CLEAR",
    "TLP:GREEN",
    "TLP:AMBER",
    "TLP:AMBER+STRICT",
    "TLP:RED",
    "TLP:RED FOR UK-AISI, US-CAISI",
    "TLP:RED FOR US-CAISI",
    "OFFICIAL",
    "OFFICIAL-SENSITIVE",
    "OFFICIAL-SENSITIVE//COMMERCIAL//ORGANISATIONAL USE ONLY",
    "OFFICIAL-SENSITIVE//UK EYES ONLY",
    "UNCLASSIFIED",
    "CUI",
    "CUI//NOFORN",
    "CUI//REL TO USA, GBR",
    "CUI//REL TO USA, GBR, SGP",
    "CUI//CTI/PRVCY//FEDCON",
    "NATO UNCLASSIFIED",
    "PROTECTED A",
    "TLP:AMBER // CUI//REL TO USA, GBR",
]
STRANGE = ["", "NEW-POLICY 7", "TLP:RED // UNREADABLE", "SECRET", "TLP:PURPLE", "\x1b[2J"]
markings = st.sampled_from(READABLE + STRANGE)
groups = st.sets(st.sampled_from(sorted(COUNTRIES)), max_size=4)


@pytest.mark.parametrize("text", READABLE)
def test_a_marking_reads_back_as_written(text):
    assert str(parse_marking(text)) == text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tlp:amber", "TLP:AMBER"),
        (" amber + strict ", "TLP:AMBER+STRICT"),
        ("TLP:AMBER-STRICT", "TLP:AMBER+STRICT"),
        ("ＴＬＰ：ＲＥＤ", "TLP:RED"),
        ("", "TLP:RED"),
        ("tlp:red for us-caisi, uk-aisi", "TLP:RED FOR UK-AISI, US-CAISI"),
        ("official: sensitive", "OFFICIAL-SENSITIVE"),
        ("OFFICIAL-SENSITIVE [PERSONAL DATA]", "OFFICIAL-SENSITIVE//PERSONAL DATA"),
        ("CUI // REL TO GB, US", "CUI//REL TO USA, GBR"),
        ("CUI//REL TO USA, FVEY", "CUI//REL TO USA, AUS, CAN, GBR, NZL"),
        ("CUI//NF", "CUI//NOFORN"),
        ("TLP:GREEN // TLP:AMBER", "TLP:AMBER"),
    ],
)
def test_a_marking_is_understood_as_people_type_it(typed, meant):
    assert str(parse_marking(typed)) == meant


@pytest.mark.parametrize(
    "text",
    [
        "SECRET", "secret", "S E C R E T", "S-E-C-R-E-T", "ＳＥＣＲＥＴ", "SECRET\u200b", "s\u0435cret",
        "5ECRET", "UK SECRET", "TOP SECRET", "T0P SECRET STRAP1", "TS//SCI", "TS SCI", "S//NF",
        "S//REL TO USA, GBR", "(TS)", "C", "CONFIDENTIAL", "NATO SECRET", "NATO CONFIDENTIAL",
        "NATO RESTRICTED", "NR", "COSMIC TOP SECRET", "CTS", "RESTREINT UE/EU RESTRICTED",
        "CONFIDENTIEL UE", "TRÈS SECRET UE", "VS-NfD", "VS-NUR FÜR DEN DIENSTGEBRAUCH", "GEHEIM",
        "DIFFUSION RESTREINTE", "SEGRETO", "RISERVATO", "PROTECTED", "PROTECTED B", "PROTECTED C",
        "2급비밀", "대외비", "極秘", "机密", "秘密", "OFFICIAL-SENSITIVE // SECRET", "CUI//SECRET", "CUI//SI",
        "TLP:RED // TS",
    ],
)  # fmt: skip
def test_secret_class_is_refused_with_a_clear_message(text):
    with pytest.raises(BadInput) as refusal:
        parse_marking(text)
    assert refusal.value.code == "classified"
    assert "unclassified work" in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("TLP:WHITE", "TLP 2.0 calls it TLP:CLEAR"),
        ("UNCLASSIFIED//FOUO", "CUI took the place of FOUO"),
        ("TLP:AMBR", "did you mean TLP:AMBER"),
        ("OFICIAL", "did you mean OFFICIAL"),
        ("CUI//NOFRON", "did you mean NOFORN"),
        ("CUI//REL TO USA, GRB", "«GRB» is no country"),
        ("TLP:AMBER FOR UK-AISI", "no caveat of TLP:AMBER"),
        ("TLP:RED FOR all of us", "no list of institutes"),
        ("TLP:REDDISH", "no marking"),
        ("//", "no marking"),
        ("TLP:RED " * 1000, "too long"),
        (str(UNREADABLE), "no caveat"),
    ],
)
def test_what_is_no_marking_is_refused_with_what_is(text, says):
    with pytest.raises(BadInput, match=says):
        parse_marking(text)


@given(st.text() | st.from_regex(r"(TLP|CUI|OFFICIAL|SECRET|REL TO|FOR|/|,| |:|[A-Z]){1,12}", fullmatch=True))
def test_any_text_is_a_marking_or_a_refusal(text):
    try:
        marking = parse_marking(text)
    except BadInput:
        return
    assert parse_marking(str(marking)) == marking


@given(markings, markings, markings)
def test_join_knows_no_order_and_no_grouping(a, b, c):
    assert join([a, b]) == join([b, a])
    assert join([join([a, b]), c]) == join([a, join([b, c])]) == join([a, b, c])


@given(markings, markings)
def test_joining_again_changes_nothing(a, b):
    whole = join([a, b])
    assert join([whole, a]) == whole == join([whole])


@given(st.lists(markings), groups)
def test_the_whole_goes_no_further_than_any_of_its_parts(parts, members):
    if not permits(join(parts), members, private=False, countries=COUNTRIES):
        assert all(not permits(part, members, private=False, countries=COUNTRIES) for part in parts)


@given(st.lists(markings, min_size=1))
def test_the_whole_is_as_strict_as_its_strictest_part(parts):
    assert read_marking(join(parts)).rank == max(read_marking(part).rank for part in parts)


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([], "TLP:CLEAR"),
        (["TLP:GREEN", "TLP:AMBER"], "TLP:AMBER"),
        (["TLP:CLEAR", "OFFICIAL"], "OFFICIAL"),
        (["TLP:AMBER", "CUI//REL TO USA, GBR, SGP", "CUI//REL TO USA, GBR, JPN"], "TLP:AMBER // CUI//REL TO USA, GBR"),
        (["CUI//REL TO USA, GBR", "CUI//REL TO USA, SGP"], "CUI//NOFORN"),
        (["CUI//CTI", "CUI//PRVCY//NOCON"], "CUI//CTI/PRVCY//NOCON"),
        (["TLP:RED FOR UK-AISI, US-CAISI", "TLP:RED FOR US-CAISI"], "TLP:RED FOR US-CAISI"),
        (["TLP:RED FOR UK-AISI", "TLP:RED FOR US-CAISI"], "TLP:RED"),
        (["TLP:RED FOR UK-AISI, US-CAISI", "TLP:AMBER+STRICT"], "TLP:RED"),
        (["TLP:GREEN", "NEW-POLICY 7"], str(UNREADABLE)),
    ],
)
def test_the_strictest_wins(parts, whole):
    for order in permutations(parts):
        assert join(order) == whole


@pytest.mark.parametrize(
    ("marking", "members", "private", "says"),
    [
        ("TLP:RED", ["UK-AISI"], True, ""),
        ("TLP:RED", ["UK-AISI"], False, "private group"),
        ("TLP:RED FOR UK-AISI, US-CAISI", ["UK-AISI", "US-CAISI"], False, ""),
        ("TLP:RED FOR UK-AISI, US-CAISI", ["UK-AISI", "US-CAISI", "SG-AISI"], False, "does not name SG-AISI"),
        ("TLP:AMBER+STRICT", ["UK-AISI"], False, ""),
        (
            "TLP:AMBER+STRICT",
            ["UK-AISI", "US-CAISI"],
            False,
            "AMBER+STRICT stays in one institute; this group has two.",
        ),
        ("TLP:AMBER", ["UK-AISI", "US-CAISI"], False, ""),
        ("TLP:AMBER", [], False, ""),
        ("CUI//REL TO USA, GBR", ["UK-AISI", "US-CAISI"], False, ""),
        ("CUI//REL TO USA, GBR", ["SG-AISI", "US-CAISI"], False, "does not reach SG-AISI (SGP)"),
        ("CUI//REL TO USA, GBR", ["KE-GOV", "US-CAISI"], False, "no country of KE-GOV"),
        ("CUI//NOFORN", ["UK-AISI"], True, "does not reach UK-AISI"),
        ("CUI//NOFORN", ["KE-GOV"], True, ""),
        ("CUI//FEDCON", ["UK-AISI", "US-CAISI"], False, "does not reach UK-AISI"),
        ("OFFICIAL-SENSITIVE//UK EYES ONLY", ["UK-AISI", "US-CAISI"], False, "does not reach US-CAISI"),
        ("OFFICIAL-SENSITIVE//ORGANISATIONAL USE ONLY", ["UK-AISI", "US-CAISI"], False, "stays in one institute"),
        ("NEW-POLICY 7", ["UK-AISI"], False, "cannot read"),
        ("NEW-POLICY 7", ["UK-AISI"], True, ""),
    ],
)
def test_the_marking_must_permit_the_group(marking, members, private, says):
    obstacle = permits(marking, members, private=private, countries=COUNTRIES)
    assert says in obstacle
    assert bool(obstacle) == bool(says)


def test_what_is_above_the_ceiling():
    assert above("TLP:RED", "TLP:AMBER+STRICT")
    assert above("NEW-POLICY 7", "TLP:RED")
    assert not above("TLP:AMBER+STRICT", "TLP:AMBER+STRICT")
    assert not above("CUI//NOFORN", "TLP:AMBER")
    assert above("OFFICIAL-SENSITIVE", "TLP:GREEN")


@pytest.mark.parametrize(
    ("old", "new", "is_lower"),
    [
        ("TLP:RED", "TLP:AMBER", True),
        ("TLP:AMBER", "TLP:RED", False),
        ("TLP:AMBER", "tlp:amber", False),
        ("CUI//REL TO USA, GBR", "CUI", True),
        ("CUI//REL TO USA, GBR", "CUI//NOFORN", False),
        ("TLP:AMBER", "OFFICIAL-SENSITIVE", True),
        ("NEW-POLICY 7", "TLP:RED", True),
        ("TLP:RED", "TLP:RED FOR UK-AISI", True),
    ],
)
def test_giving_anything_up_is_lowering(old, new, is_lower):
    assert lowers(old, new) is is_lower


def test_each_marking_has_the_colour_of_a_tlp_label():
    assert [tlp(text) for text in ("OFFICIAL", "CUI//NOFORN", "NEW-POLICY 7", "TLP:CLEAR")] == [
        "TLP:GREEN", "TLP:AMBER", "TLP:RED", "TLP:CLEAR",
    ]  # fmt: skip


def test_a_marking_tells_its_strictest_policy_level_and_caveats():
    marking = parse_marking("TLP:GREEN // CUI//CTI//NOCON")
    assert (marking.policy, marking.level, marking.caveats) == ("US", "CUI", {"CTI", "NOCON"})
