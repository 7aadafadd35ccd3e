"""House sizes and habits, read from the syntax of every source file."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from house.tools import ROOT

SOURCES = sorted((ROOT / "src" / "comity").rglob("*.py"))
FULL = [path for path in SOURCES if path.name != "__init__.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAPERS = [
    *(ROOT / "README.md", ROOT / "pyproject.toml", ROOT / ".ci" / "run"),
    *(ROOT / ".github").glob("*.md"),
    *(path for path in (ROOT / "sample_configs").rglob("*") if path.is_file()),
]
FORBIDDEN_MODULES = {"utils", "util", "common", "helpers", "types", "models", "misc"}
BORDERS = {  # the only files that may catch Exception: the app's thread, a hub's request
    "src/comity/tui/trip.py",
    "src/comity/hub/border.py",
}
PLACES = re.compile(r"/(?:root|work|opt|home)/[a-z]|://[a-z.]*pypi")  # paths and registries of one machine

Function = ast.FunctionDef | ast.AsyncFunctionDef


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def found(kind: type[ast.AST] | tuple[type[ast.AST], ...], path: Path) -> Iterator[ast.AST]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kind))


def length(node: ast.AST) -> int:
    """Lines from the def to the end, without decorators."""
    assert isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    return (node.end_lineno or node.lineno) - node.lineno + 1


def functions() -> dict[str, int]:
    return {
        f"{named(path)}:{node.lineno} {node.name}": length(node)
        for path in FULL
        for node in found((ast.FunctionDef, ast.AsyncFunctionDef), path)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }


def test_no_file_outgrows_one_idea() -> None:
    lines = {named(path): len(path.read_text("utf-8").splitlines()) for path in FULL}
    assert not {name: count for name, count in lines.items() if count > 400}
    assert median(lines.values()) <= 120


def test_functions_are_short() -> None:
    lines = functions()
    assert not {name: count for name, count in lines.items() if count > 50}
    assert median(lines.values()) <= 8
    assert sum(count < 25 for count in lines.values()) >= 0.9 * len(lines)


def test_classes_are_small() -> None:
    assert not [
        f"{named(path)}:{node.lineno}" for path in FULL for node in found(ast.ClassDef, path) if length(node) >= 200
    ]


def test_comments_are_few() -> None:
    lines = [line.strip() for path in FULL for line in path.read_text("utf-8").splitlines() if line.strip()]
    assert sum(line.startswith("#") for line in lines) <= 0.06 * len(lines)


def test_modules_say_what_they_hold() -> None:
    assert not [named(path) for path in SOURCES if path.stem.strip("_") in FORBIDDEN_MODULES]


def test_classes_say_what_they_are() -> None:
    vague = re.compile(r"(Manager|Handler|Helper|Utils?)$")
    classes = ((path, node) for path in FULL for node in found(ast.ClassDef, path))
    assert not [
        f"{named(path)} {node.name}"
        for path, node in classes
        if isinstance(node, ast.ClassDef) and vague.search(node.name)
    ]


def test_packages_hold_a_docstring_only() -> None:
    for path in set(SOURCES) - set(FULL):
        body = ast.parse(path.read_text("utf-8")).body
        assert len(body) == 1, named(path)
        assert ast.get_docstring(ast.parse(path.read_text("utf-8"))), named(path)


def test_nobody_catches_everything() -> None:
    blind = {
        f"{named(path)}:{node.lineno}"
        for path in FULL
        if named(path) not in BORDERS
        for node in found(ast.ExceptHandler, path)
        if isinstance(node, ast.ExceptHandler) and _is_blind(node)
    }
    assert not blind


def _is_blind(handler: ast.ExceptHandler) -> bool:
    """Whether it takes any error and keeps it; to tidy up and raise again is no catch."""
    names = {leaf.id for leaf in ast.walk(handler.type) if isinstance(leaf, ast.Name)} if handler.type else set()
    anything = handler.type is None or bool({"Exception", "BaseException"} & names)
    return anything and not (isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None)


def test_markup_on_data_is_never_on() -> None:
    on = [
        f"{named(path)}:{node.value.lineno}"
        for path in FULL
        for node in found(ast.keyword, path)
        if isinstance(node, ast.keyword) and node.arg == "markup" and getattr(node.value, "value", True) is not False
    ]
    assert not on


def test_only_the_clock_of_a_desk_knows_what_time_it_is() -> None:
    """Tests and the demo give a desk another clock; a room that looks at the wall would not follow."""
    asked = [
        f"{named(path)}:{node.lineno}"
        for path in FULL
        if named(path).split("/")[2] in ("domain", "log", "desk", "store", "sync", "tui") and path.name != "clock.py"
        for node in found(ast.Attribute, path)
        if isinstance(node, ast.Attribute) and node.attr in ("now", "today", "utcnow") and _is_clock(node.value)
    ]
    assert not asked


def _is_clock(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id in ("datetime", "date")


def test_no_place_of_a_machine_is_named() -> None:
    texts = [path for path in [*SOURCES, *TESTS, *PAPERS] if path != Path(__file__)]
    assert not {named(path): words for path in texts if (words := PLACES.findall(path.read_text("utf-8")))}
