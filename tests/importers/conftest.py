"""The sample logs, and logs made to hurt."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from backports.zstd import zipfile

LOGS = Path(__file__).parents[2] / "src/comity/samples/logs"
R1 = LOGS / "saltmarsh_R1_uk_modelA_cybench_success.eval"


@pytest.fixture
def header() -> dict[str, Any]:
    """The header of a sample log, free to be changed."""
    with zipfile.ZipFile(R1) as archive:
        return json.loads(archive.read("header.json"))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a .eval log of these members (JSON values, text or bytes) and give its path."""

    def to_file(members: dict[str, Any], name: str = "made.eval", method: int = zipfile.ZIP_ZSTANDARD) -> Path:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for member, content in members.items():
                archive.writestr(member, content if isinstance(content, bytes | str) else json.dumps(content))
        path = tmp_path / name
        path.write_bytes(buffer.getvalue())
        return path

    return to_file
