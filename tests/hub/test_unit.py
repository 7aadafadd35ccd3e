"""The service unit among the samples starts a hub."""

import shlex
from configparser import ConfigParser
from pathlib import Path

from comity.cli.hub_serving import serve
from comity.hub.serve import GRACE

UNIT = Path(__file__).parents[2] / "sample_configs" / "comity-hub.service"


def test_the_service_unit_says_what_serve_understands_and_lets_it_stop() -> None:
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(UNIT.read_text("utf-8"))
    service = unit["Service"]
    program, *words = shlex.split(service["ExecStart"])
    assert [program, *words[:2]] == ["comity", "hub", "serve"]
    context = serve.make_context("serve", words[2:])
    assert context.params["database"] == "sqlite:////var/lib/comity-hub/hub.db"
    assert context.params["tls_cert"] == "%d/cert.pem"
    assert context.params["host_name"] == ("hub.example.org",)
    assert int(service["TimeoutStopSec"]) > GRACE
