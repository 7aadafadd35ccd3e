"""`comity hub add` and `comity sync` with real hubs, as two institutes type them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Comity
from desk.houses import NOTES, Houses, houses
from sync.hubs import Running, running


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def test_two_institutes_meet_at_a_hub(comity: Comity, two: Houses, hub: Running) -> None:
    uk, us = ["--home", str(two.uk)], ["--home", str(two.us)]
    for home, institute in ((uk, "UK-AISI"), (us, "US-CAISI")):
        told = comity("hub", "add", "ours", hub.url, "--invite", hub.invite(institute), "--json", *home)
        assert told.json["reached_at"] is None
    sent = comity("sync", "--json", *uk)
    (group,) = sent.json["hubs"][0]["groups"]
    assert (sent.code, group["group"], group["received"], group["withheld"]) == (0, "UKUS", 0, [])
    assert group["sent"] > NOTES
    (got,) = comity("sync", "--json", *us).json["hubs"][0]["groups"]
    assert (got["received"], got["waiting"], got["void"], got["missing"], got["conflicts"]) == (
        group["sent"],
        0,
        0,
        0,
        0,
    )
    assert comity("note", "list", "--json", *us).json["count"] == NOTES
    comity("sync", *uk)
    status = comity("status", "--json", *uk).json
    private = status["envelopes"] - group["sent"]
    assert (status["not_elsewhere"], [each["name"] for each in status["hubs"]]) == (private, ["ours"])
    assert status["hubs"][0]["reached_at"].endswith("Z")
    assert "ours" in comity("hub", *uk).out
    assert hub.url in (two.uk / "config.local.toml").read_text("utf-8")
