import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from comity.domain.text import cut, fold, plain, plain_lines, sentence

wild = st.text(st.integers(0, 0x10FFFF).map(chr))
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
HIDDEN = "\u200b\u2060\ufeff\u00ad\u2028\u2029\u3164\u2800\ue000\U000e0041\U000f0000\udc80\uffff"

NORMAL = [
    "Solène Brumaire",
    "e\u0301 und a\u0308",
    "한국어 시험, 하늘샘",
    "עברית וערבית العربية",
    "日本語の評価 ｶﾅ",
    "हिन्दी తెలుగు Kiswahili",
    "می\u200cخواهم",  # Farsi is written with a non-joiner
    "👩\u200d🔬 🏳️\u200d🌈 👍🏽 1️⃣",
    "no-break\u00a0space and ideographic\u3000space",
    "葛\U000e0100城",
    "■ ▲ ⇄ ✓ ≠ ∅ 100 %",
]


@pytest.mark.parametrize("text", NORMAL)
def test_what_people_write_is_unchanged(text):
    assert plain(text) == text


@given(wild)
def test_no_character_that_controls_remains(text):
    for letter in plain(text):
        assert unicodedata.category(letter) not in ("Cc", "Cs", "Co", "Zl", "Zp")
        assert unicodedata.category(letter) != "Cf" or letter in "\u200c\u200d"
        assert letter not in BIDI


@pytest.mark.parametrize("code", [*range(0x20), *range(0x7F, 0xA0), *map(ord, BIDI + HIDDEN)])
def test_every_control_becomes_a_visible_mark(code):
    shown = plain(f"a{chr(code)}b")
    assert chr(code) not in shown
    assert (shown[0], shown[-1]) == ("a", "b")
    assert len(shown) > 2


def test_marks_name_what_they_stand_for():
    assert plain("\x1b]0;title\x07") == "␛]0;title␇"
    assert plain("abc\u202etxt.exe") == "abc⟨U+202E⟩txt.exe"
    assert plain("one\r\ntwo\nthree\rfour") == "one↵two↵three␍four"
    assert plain("\x7f\x9b2J") == "␡⟨U+009B⟩2J"
    assert plain(None) == "None"


def test_joiners_outside_of_writing_that_needs_them_are_shown():
    assert plain("ad\u200dmin") == "ad⟨U+200D⟩min"
    assert plain("ad\u200cmin\u200c") == "ad⟨U+200C⟩min⟨U+200C⟩"


def test_text_hidden_in_selectors_is_shown():
    assert plain("x\ufe01\ufe02") == "x\ufe01⟨U+FE02⟩"
    assert plain("\ufe0fx") == "⟨U+FE0F⟩x"


@given(wild)
def test_plain_twice_is_plain_once(text):
    assert plain(plain(text)) == plain(text)
    assert plain_lines(plain_lines(text)) == plain_lines(text)


@given(wild)
def test_lines_stay_lines_and_nothing_else_controls(text):
    shown = plain_lines(text)
    assert shown.count("\n") == text.count("\n")
    assert all(plain(line) == line for line in shown.split("\n"))


def test_tabs_in_prose_become_spaces():
    assert plain_lines("a\tb\r\nc") == "a   b\nc"


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Solène", "solene"),
        ("STRASSE straße", "strasse strasse"),
        ("Łódź Ørsted Đorđe", "lodz orsted dorde"),
        ("ＴＬＰ：ＲＥＤ", "tlp:red"),
        ("한국어", "한국어"),
        (unicodedata.normalize("NFD", "한국어"), "한국어"),
        ("が", "が"),
        ("café\u0301 na\u200bme", "cafe name"),
        ("İstanbul ışık", "istanbul isik"),
    ],
)
def test_search_does_not_care_for_case_and_accents(text, folded):
    assert fold(text) == folded


@given(wild)
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.integers(0, 30))
def test_cut_fits_and_keeps_the_beginning(text, width):
    text = plain(text)
    short = cut(text, width)
    assert cell_len(short) <= width
    assert short == text or text.startswith(short.removesuffix("…"))


def test_cut_tears_no_character():
    assert cut("시험 계획", 4) == "시…"
    assert cut("ae\u0301io", 3) == "ae\u0301…"
    assert cut("👩\u200d🔬 lab", 2) == "…"
    assert cut("abc", 3) == "abc"
    assert cut("abc", 0) == ""


def test_a_sentence_begins_with_a_capital_unless_a_name_stands_there() -> None:
    assert [sentence(text) for text in ("no hub is there", "laptop-9 has no seat", "Is it?", "`lock` ends it")] == [
        "No hub is there.",
        "laptop-9 has no seat.",
        "Is it?",
        "`lock` ends it.",
    ]
