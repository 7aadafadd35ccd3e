"""What every test may rely on: a home of its own and nothing of the machine it runs on."""

import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# the same examples on every machine, however slow it is
settings.register_profile("comity", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("comity")
MEMORY = Path("/dev/shm")
LONG = ("stories", "house/test_readme", "tui/test_keyboard", "tui/test_first", "laws")  # else one worker ends alone


@pytest.hookimpl(wrapper=True)
def pytest_xdist_auto_num_workers() -> Generator[None, int, int]:
    """One more than there are cores: many tests wait, for a server, another process or the app."""
    return (yield) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    items.sort(key=lambda item: not item.path.relative_to(here).as_posix().startswith(LONG))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "home"))
    for name in ("RUNTIME_DIR", "DATA_HOME", "STATE_HOME", "CONFIG_HOME"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / "xdg" / name))
    for name in ("COMITY_PASSPHRASE_FILE", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: lives write thousands of commits, and no power is cut."""
    if not MEMORY.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="comity-", dir=MEMORY) as made:
        yield Path(made)
