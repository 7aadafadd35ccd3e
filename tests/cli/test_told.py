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
