import ast
import os
import subprocess
import sys
from pathlib import Path

import comity.tui
from comity.tui.actions import ACTIONS, BY_ID, clashes, shown_keys
from comity.tui.screens.base import Page
from tui.stage import app_without_desk, screen_text

NEVER = {"q", "ctrl+c", "ctrl+m", "ctrl+i", "ctrl+h", "ctrl+a", "ctrl+b", "[", "]", "{", "}"}
VIM = {"H", "L", "G"}


def test_ids_are_unique_and_keys_of_one_place_do_not_clash() -> None:
    assert len(BY_ID) == len(ACTIONS)
    for place in {action.where for action in ACTIONS} - {"app"}:
        keys = [key for action in ACTIONS if action.where == place for key in action.keys.split(",")]
        assert len(keys) == len(set(keys)), place


def test_keys_that_people_press_by_mistake_or_do_not_have_are_never_used() -> None:
    keys = {key for action in ACTIONS for key in action.keys.split(",")}
    assert not keys & NEVER
    assert not any(key.startswith("alt+") for key in keys)


def test_every_capital_but_vims_crosses_the_border() -> None:
    capitals = {
        (key, action.group) for action in ACTIONS for key in action.keys.split(",") if len(key) == 1 and key.isupper()
    }
    assert {group for key, group in capitals if key not in VIM} == {"Across the border"}


def test_clashes_and_unknown_ids_of_a_remapping_are_named() -> None:
    assert list(clashes({"edit": "E"})) == []
    assert list(clashes({"edit": "t"})) == ["[keys] «t» is given to edit and to step"]
    assert list(clashes({"nothing": "t"})) == ["[keys] nothing: there is no such action"]


def test_help_and_footer_show_the_remapped_key() -> None:
    assert shown_keys(BY_ID["edit"], {}) == "e"
    assert shown_keys(BY_ID["edit"], {"edit": "E,f2"}) == "E f2"


async def test_a_remapped_key_acts_and_the_old_one_no_longer_does() -> None:
    app = app_without_desk(keys="f9")
    async with app.run_test(size=(120, 36)) as pilot:
        await app.push_screen(Page("runs"))
        await pilot.press("question_mark")
        assert "type to search" not in screen_text(app)
        await pilot.press("f9")
        await pilot.pause()
        assert "type to search" in screen_text(app)


def test_no_text_in_the_app_is_read_as_markup() -> None:
    """`Static`, `Label` and their like read markup unless told not to; data may hold brackets."""
    reading = {"Static", "Label", "Button", "Checkbox", "notify", "OptionList"}
    wrong = []
    for path in Path(comity.tui.__path__[0]).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr == "from_markup":
                wrong.append(f"{path.name}:{node.lineno} from_markup")
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            plain = any(word.arg == "markup" and getattr(word.value, "value", True) is False for word in node.keywords)
            if name in reading and not plain:
                wrong.append(f"{path.name}:{node.lineno} {name}")
    assert wrong == []


def test_who_only_reads_the_table_loads_no_textual(made_home: Path) -> None:
    look = (
        "import sys; from comity.cli.app import main; code = main(['doctor', '--json']);"
        "print(code, *sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    told = subprocess.run(
        [sys.executable, "-c", look],
        env={**os.environ, "COMITY_HOME": str(made_home)},
        capture_output=True,
        text=True,
        check=True,
    )
    _, *loaded = told.stderr.splitlines()[-1].split()
    assert "keys" not in told.stdout
    assert "comity" in loaded
    assert "textual" not in loaded
