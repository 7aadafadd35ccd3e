"""The frame of all commands: options before and after the noun, lazy nouns, nearest names."""

import json
import subprocess
import sys

import click
import pytest

from comity.cli.app import KINDS, SECTIONS, main, root
from comity.cli.fields import kebab
from comity.cli.frame import load
from comity.cli.version import VERSION
from comity.domain.kinds import KINDS as CLASSES


def test_the_nouns_written_out_are_the_kinds() -> None:
    assert list(KINDS) == [kebab(kind.noun) for kind in CLASSES]


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import version

    assert version("comity") == VERSION


def test_the_version_is_told_the_same_way_by_the_program_and_by_its_commands(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--version"]) == 0
    words = [sys.executable, "-m", "comity", "--version"]
    assert subprocess.run(words, capture_output=True, text=True, check=True).stdout == capsys.readouterr().out
    full = subprocess.run(f"{sys.executable} -m comity --version > /dev/full", shell=True, check=False, stderr=-1)
    assert full.returncode == 4
    assert b"No space left" in full.stderr


@pytest.mark.parametrize("name", [name for entries in SECTIONS.values() for name in entries])
def test_every_noun_in_the_help_is_there_with_an_example(name: str) -> None:
    command = load({name: place for entries in SECTIONS.values() for name, (place, _) in entries.items()}[name])
    assert command.name == name
    verbs = [command] if not isinstance(command, click.Group) else list(command.commands.values())
    assert all((verb.epilog or "").startswith(f"Example: comity {name}") or "config" in name for verb in verbs)


@pytest.mark.parametrize("words", [["--json", "kinds", "run"], ["kinds", "--json", "run"], ["kinds", "run", "--json"]])
def test_options_of_everywhere_work_before_and_after_the_noun(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["kind"] == "run"


def test_a_field_of_a_kind_wins_over_an_option_of_everywhere() -> None:
    command = root.get_command(click.Context(root), "secondment")
    assert isinstance(command, click.Group)
    add = command.get_command(click.Context(command), "add")
    assert add is not None
    assert [option.help for option in add.params if "--home" in option.opts] == ["The institute that lends."]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["excercise", "list"], "Did you mean exercise"),
        (["run", "lst"], "Did you mean list"),
        (["run", "list", "--colums", "ref"], "See comity run list --help."),
        (["kinds", "runn"], "Did you mean run"),
        (["config", "set", "screen.theme"], "See comity config set --help."),
    ],
)
def test_an_unknown_word_exits_2_and_says_what_to_do(
    words: list[str], hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    told = capsys.readouterr()
    assert hint in told.err
    assert not told.out


def test_json_errors_go_to_stderr_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "nothing", "--json"]) == 2
    error = json.loads(capsys.readouterr().err)["error"]
    assert set(error) == {"code", "message", "hint", "problems"}
    assert error["code"] == "usage"


def test_help_of_every_kind_lists_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    for name in KINDS:
        assert main([name, "set", "--help"]) == 0
        assert "--marking" in capsys.readouterr().out
