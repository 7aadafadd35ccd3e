"""Settings: read, wrong, changed."""

import os
from pathlib import Path

import pytest

from comity.errors import BadInput, NotFound
from comity.home import OURS, USERS
from comity.settings import Settings, change, load, rows


def test_without_files_everything_has_its_default(tmp_path: Path) -> None:
    assert load(tmp_path) == Settings()


def test_what_was_set_wins_over_the_users_file(tmp_path: Path) -> None:
    (tmp_path / USERS).write_text('[screen]\ntheme = "light"\nglyphs = "ascii"\n', encoding="utf-8")
    change(tmp_path, "screen.theme", "dark")
    assert (load(tmp_path).screen.theme, load(tmp_path).screen.glyphs) == ("dark", "ascii")
    assert (tmp_path / USERS).read_text("utf-8") == '[screen]\ntheme = "light"\nglyphs = "ascii"\n'


def test_every_wrong_line_is_named_with_what_would_be_right(tmp_path: Path) -> None:
    text = '[general]\nstale_after = "long"\n\n[screen]\nthem = "dark"\nglyphs = "asci"\n[lists.run]\norder = 3\n'
    (tmp_path / USERS).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    told = {problem.field: problem.message for problem in caught.value.problems}
    assert set(told) == {"general.stale_after", "screen.them", "screen.glyphs", "lists.run.order"}
    assert told["screen.them"] == "line 5: there is no such setting; did you mean «screen.theme»?"
    assert told["screen.glyphs"] == "line 6: give one of auto, unicode, ascii"
    assert told["lists.run.order"].startswith("line 8: ")


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("general.stale_after", "5", 5),
        ("general.passphrase_command", '["secret-tool", "lookup"]', ("secret-tool", "lookup")),
        ("general.person", "Solène Brumaire", "Solène Brumaire"),
        ("screen.theme", "256", "256"),
        ("screen.mouse", "false", False),
        ("filters", '{run = {late = "is:stale"}}', {"run": {"late": "is:stale"}}),
    ],
)
def test_what_is_typed_becomes_the_type_of_the_setting(tmp_path: Path, key: str, text: str, value: object) -> None:
    change(tmp_path, key, text)
    assert {row[0]: row[1] for row in rows(load(tmp_path))}[key] == value
    assert (tmp_path / OURS).stat().st_mode & 0o077 == 0
    change(tmp_path, key, "")
    assert load(tmp_path) == Settings()


@pytest.mark.parametrize(
    ("key", "text"),
    [("screen.theme", "blue"), ("general.stale_after", "0"), ("screen.thme", "dark"), ("screen", "dark"), ("x", "")],
)
def test_a_wrong_change_writes_nothing(tmp_path: Path, key: str, text: str) -> None:
    with pytest.raises(BadInput):
        change(tmp_path, key, text)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[screen", "at end of document"),
        ("a = " + "[" * 5000, "nested too deep"),
        ("\xff", "not UTF-8"),
        ("[general]\nstale_after = " + "9" * 5000, "more digits"),
        (".".join("a" * 20_000) + " = 1", "a key has no hundred parts"),
        ("a.b" * 50 + " = 1", "nested too deep"),
        ("#" * 5_000_001, "larger than 5 MB"),
    ],
)
def test_what_is_no_toml_is_one_sentence(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / USERS).write_bytes(text.encode("latin-1"))
    with pytest.raises(BadInput, match=why):
        load(tmp_path)


def test_a_mark_of_the_byte_order_is_no_setting(tmp_path: Path) -> None:
    (tmp_path / USERS).write_text('[screen]\ntheme = "light"\n', encoding="utf-8-sig")
    assert load(tmp_path).screen.theme == "light"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / USERS)
    with pytest.raises(NotFound, match=USERS):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("general = 3", "give a table, as `comity config show` lists its keys"),
        ("hubs = {a = 3}", "give a table, as `comity config show` lists its keys"),
        ("general = {person = 'a\u202eb'}", "give a text without control characters"),
        ("general = {person = '" + "x" * 201 + "'}", "give a text of length <= 200"),
        ("general = {stale_after = 0}", "give a whole number >= 1"),
        ("general = {passphrase_command = ['a', 3]}", "give a list of texts as TOML writes it"),
    ],
)
def test_what_would_be_right_is_said_in_words(tmp_path: Path, text: str, right: str) -> None:
    (tmp_path / USERS).write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        load(tmp_path)
    assert caught.value.problems[0].message.startswith(f"line 1: {right}")


def test_every_setting_says_what_it_does() -> None:
    assert all(text.endswith(".") for _, _, text in rows(Settings()))


def test_the_sample_file_is_the_manual(tmp_path: Path) -> None:
    """Each setting stands in the sample with its sentence, and the sample can be read."""
    sample = (Path(__file__).parents[1] / "sample_configs" / USERS).read_text("utf-8")
    (tmp_path / USERS).write_text(sample, encoding="utf-8")
    load(tmp_path)
    assert not [key for key, _, text in rows(Settings()) if text not in sample.replace("\n# ", " ")]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("screen.ceiling", "NOPE"),  # a word that means nothing must not switch the masking off
        ("general.stale_after", "0"),
        ("general.stale_after", "999999999"),
        ("general.person", "a\x1b[2Jb"),
        ("general.person", "x" * 201),
    ],
)
def test_what_makes_no_sense_is_not_set(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(BadInput):
        change(tmp_path, key, value)
    assert load(tmp_path) == Settings()
