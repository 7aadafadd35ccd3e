"""Who imports whom."""

import subprocess
import sys

import pytest

from house.tools import ROOT, judge


def test_the_import_contracts_hold() -> None:
    lint = "from importlinter.cli import lint_imports_command as lint; lint(['--no-cache'])"
    judge("-c", lint)


@pytest.mark.parametrize("words", [["--version"], ["--help"], ["run", "--help"], ["run", "list"], ["config", "show"]])
def test_listing_loads_no_textual(words: list[str]) -> None:
    assert "textual" not in _loaded(words)


@pytest.mark.parametrize("words", [["--version"], ["--help"]])
def test_help_loads_no_kind_and_no_database(words: list[str]) -> None:
    assert not _loaded(words) & {"sqlmodel", "sqlalchemy", "pydantic", "rich", "msgspec", "nacl"}


def _loaded(words: list[str]) -> set[str]:
    """The packages that a command loads."""
    look = (
        "import sys; from comity.cli.app import main; main(sys.argv[1:]);"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", look, *words], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stderr.splitlines()[-1].split())
