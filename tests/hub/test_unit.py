"""The units among the samples start what they say, in words that the commands understand."""

import re
import shlex
from configparser import ConfigParser
from pathlib import Path

import click

from comity.cli.hub import hub
from comity.cli.hub_serving import serve
from comity.cli.sync import sync
from comity.hub.serve import GRACE

SAMPLES = Path(__file__).parents[2] / "sample_configs"


def unit(name: str) -> ConfigParser:
    parsed = ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read_string((SAMPLES / name).read_text("utf-8"))
    return parsed


def test_the_service_unit_says_what_serve_understands_and_lets_it_stop() -> None:
    service = unit("comity-hub.service")["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert [program, *words[:2]] == ["comity", "hub", "serve"]
    context = serve.make_context("serve", words[2:])
    assert context.params["database"] == "sqlite:////var/lib/comity-hub/hub.db"
    assert context.params["tls_cert"] == "%d/cert.pem"
    assert context.params["host_name"] == ("hub.example.org",)
    assert int(service["TimeoutStopSec"]) > GRACE


def test_the_timer_starts_the_sync_that_its_service_names() -> None:
    service, timer = unit("comity-sync.service"), unit("comity-sync.timer")
    program, command, *words = shlex.split(service["Service"]["ExecStart"])
    assert [program, command] == ["comity", "sync"]
    assert sync.make_context("sync", words).params["dry_run"] is False
    assert service["Service"]["Type"] == "oneshot"
    assert "Install" not in service  # the timer is what is enabled
    assert timer["Install"]["WantedBy"] == "timers.target"
    for name in ("OnStartupSec", "OnUnitInactiveSec", "RandomizedDelaySec"):
        assert re.fullmatch(r"\d+min", timer["Timer"][name])


def test_every_command_that_the_readme_names_for_hubs_is_understood() -> None:
    text = (SAMPLES.parent / "README.md").read_text("utf-8").partition("## Run a hub")[2].partition("\n## ")[0]
    named = [shlex.split(line) for line in re.findall(r"`comity hub ([^`]+)`", text)]
    assert len(named) > 5
    for verb, *words in named:
        with click.Context(hub) as context:
            command = hub.get_command(context, verb)
            assert command is not None
            command.make_context(verb, words, resilient_parsing=not words)
