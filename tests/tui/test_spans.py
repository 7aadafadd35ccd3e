from hypothesis import given
from hypothesis import strategies as st

from comity.tui.spans import Span, fit, line, pinch, span, style_name, width, wrap


@given(st.lists(st.text(max_size=12), max_size=5), st.integers(0, 40), st.sampled_from(["left", "right"]))
def test_a_fitted_line_takes_exactly_the_cells_it_was_given(texts: list[str], cells: int, align: str) -> None:
    assert width(fit(line(*texts), cells, align)) == cells


@given(st.text(alphabet="ab cé한", max_size=80), st.integers(12, 30))
def test_wrapping_loses_no_word(text: str, cells: int) -> None:
    lines = wrap(line(text), cells, 2)
    assert " ".join("".join(part.text for spans in lines for part in spans).split()).replace(" ", "") == text.replace(
        " ", ""
    )


def test_escapes_and_markup_in_data_are_only_text() -> None:
    assert span("\x1b[31mred [b]bold[/b]").text == "␛[31mred [b]bold[/b]"


def test_roles_become_styles_of_the_sheet() -> None:
    assert style_name("red bold") == "$red bold"
    assert style_name("bold") == "$text bold"
    assert style_name("") == "$text"
    assert fit((Span("ab"),), 4) == (Span("ab"), Span("  "))


def test_a_pinched_name_keeps_its_beginning_and_its_end() -> None:
    assert pinch(line("Claude Sonnet 4.5"), 9)[0].text == "Claud…4.5"
    assert pinch(line("Model A"), 9) == line("Model A")
    for cells in range(1, 12):
        assert width(pinch(line("評価 set, 한국어"), cells)) <= cells
