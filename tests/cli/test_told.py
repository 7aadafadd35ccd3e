"""What commands say about what they did, and about what would have been right."""

from pathlib import Path

import pytest

from cli.conftest import Comity


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("owner=UK-AISI", "owner:UK-AISI"),
        ("-owner=UK-AISI", "-owner:UK-AISI"),
        ("status==open", "status:open"),
        ("is=overdue", "is:overdue"),
    ],
)
def test_an_equals_sign_after_a_field_is_refused_with_what_to_write(
    demo: Path, comity: Comity, query: str, meant: str
) -> None:
    said = comity("action", "list", query, "--json")
    assert (said.code, said.error["code"]) == (4, "query")
    assert said.error["message"].endswith(f": {meant}")


@pytest.mark.parametrize("query", ["temperature=0.7", '"owner=UK-AISI"'])
def test_words_with_an_equals_sign_are_searched_as_they_stand(demo: Path, comity: Comity, query: str) -> None:
    assert comity("action", "list", query, "--json").json["count"] == 0


def test_a_log_of_an_unknown_system_is_told_how_its_name_is_added(home: Path, comity: Comity) -> None:
    log = "src/comity/samples/logs/pair_uk_intercode_epochs3_t07.eval"
    way = "`comity system set SYSTEM --model-names mockllm/"
    (file,) = comity("run", "import", log, "--json").json["files"]
    assert way in file["reason"]
    assert way in comity("check").out
