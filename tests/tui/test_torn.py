"""Records that a peer tore: the boards and every list are told in words, whatever stands in their fields."""

import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from comity import bootstrap
from comity.cli.app import main
from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.files import plans
from comity.domain.facet import Facet, Shape
from comity.domain.kinds import KINDS
from comity.domain.record import Record, encode, facets
from comity.log.commit import Change
from comity.store import reading
from comity.tui.linear import page_in_words

_NO_TEXT = (Shape.DATE, Shape.MOMENT, Shape.COUNT, Shape.NUMBER, Shape.FLAG, Shape.MARKING, Shape.FACTS)
PLACES = (
    *("today", "runs", "people", "people/ledger", "findings", "sharing"),
    *(f"{{}}/{tab}" for tab in ("overview", "matrix", "timeline", "roster", "report")),
)


@pytest.fixture(scope="module")
def torn(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, and of each kind: one record that is all wrong, one with its references, and one less each field."""
    home = tmp_path_factory.mktemp("torn") / "home"
    shutil.copytree(demo_home, home)
    desk = bootstrap.demo(home)
    for group, changes in _forged(desk).items():
        with desk.store.writing() as connection:
            desk.store.write(connection, group, changes, author="Eve", reason="", at_ms=desk.at_ms())
    desk.close()
    return home


def _forged(desk: Desk) -> dict[bytes, list[Change]]:
    made: dict[bytes, list[Change]] = defaultdict(list)
    with desk.store.reading() as connection:
        for kind in KINDS:
            found = reading.find(connection, kind)
            group = bytes.fromhex(found[0].group if found else desk.store.private)
            made[group] += [Change(kind.noun, uuid4().bytes, values) for values in _tears(kind, found[:1]) if values]
    return made


def _tears(kind: type[Record], like: Any) -> list[Mapping[str, Any]]:
    sound = {name: encode(getattr(each, name)) for each in like for name in facets(kind)}
    wrong = {name: _wrong(facet) for name, facet in facets(kind).items()}
    bound = {name: sound[name] for name, facet in facets(kind).items() if facet.shape is Shape.REF and name in sound}
    less = [{name: value for name, value in sound.items() if name != lost} for lost in sound]
    return [wrong, {**wrong, **bound}, *less]


def _wrong(facet: Facet) -> Any:
    return {"no": ["such", None]} if facet.shape in _NO_TEXT and not facet.many else 5


def test_every_board_is_told_in_words_beside_torn_records(torn: Path) -> None:
    desk = bootstrap.demo(torn)
    exercise = _saltmarsh(desk)
    for place in PLACES:
        assert len(page_in_words(lambda: desk, place.format(exercise), "", desk.settings)) > 3, place
    desk.close()


def test_every_list_and_a_plan_are_told_beside_torn_records(torn: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for kind in KINDS:
        assert main(["--home", str(torn), kind.noun.replace("_", "-"), "list"]) == 0, capsys.readouterr().err
    desk = bootstrap.demo(torn)
    assert plans.export(desk, asking.get(desk, "exercise", _saltmarsh(desk)))  # type: ignore[arg-type]
    desk.close()


def _saltmarsh(desk: Desk) -> str:
    """The id of the exercise that was there before others called themselves so too."""
    found = [each for each in asking.records(desk, "exercise", "SALTMARSH") if each.created_by != "Eve"]
    return found[0].id
