import pytest

from comity.tui.glyphs import GLYPHS, only_ascii, signed
from comity.tui.screens.base import Page
from comity.tui.spans import line
from tui.stage import app_without_desk, screen_text


def test_every_sign_has_an_ascii_twin_of_one_cell() -> None:
    for name, glyph in GLYPHS.items():
        assert len(glyph.sign) == 1, name
        assert glyph.ascii.isascii(), name
        assert len(glyph.ascii) == 1, name


def test_the_word_stands_beside_the_sign() -> None:
    assert "".join(span.text for span in signed("accepted_deviation")) == "≈ accepted deviation"
    assert "".join(span.text for span in signed("nothing_known")) == "nothing known"


@pytest.mark.parametrize(
    ("wanted", "environ", "ascii"),
    [
        ("auto", {"LANG": "en_GB.UTF-8"}, False),
        ("auto", {"LANG": "ja_JP.UTF-8"}, True),
        ("auto", {"LC_ALL": "C"}, True),
        ("unicode", {"LC_ALL": "C"}, False),
        ("ascii", {"LANG": "en_GB.UTF-8"}, True),
    ],
)
def test_signs_are_ascii_where_the_terminal_asks_for_it(wanted: str, environ: dict[str, str], ascii: bool) -> None:  # noqa: A002
    assert only_ascii(wanted, environ) is ascii


async def test_in_ascii_no_sign_reaches_the_screen_but_names_keep_their_letters() -> None:
    class Named(Page):
        def path(self):  # type: ignore[no-untyped-def]
            return line("Solène ▶ running")

    app = app_without_desk(glyphs="ascii")
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(Named("runs"))
        await pilot.pause()
        strips = [app.query_one(kind).render_line(0).text for kind in ()] or [screen_text(app)]
        assert "Solène > running" in strips[0]
        assert "▶" not in strips[0]
