"""What every test may rely on: a home of its own and nothing of the machine it runs on."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples on every machine, however slow it is
settings.register_profile("comity", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("comity")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))
    for name in ("RUNTIME_DIR", "DATA_HOME", "STATE_HOME", "CONFIG_HOME"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / "xdg" / name))
    for name in ("COMITY_PASSPHRASE_FILE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
