"""The log of bugs: types, places and ids, never the text of an error, which may hold what people wrote."""

import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ID = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b")
LIMIT = 1_000_000  # bytes; a log that grew past this starts anew


def write(error: BaseException, home: str) -> Path:
    """Add one bug to the log of this home; answer where that is."""
    from comity.home import home_folder

    folder = home_folder(home) / "logs"
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "comity.log"
    if path.exists() and path.stat().st_size > LIMIT:
        path.unlink()
    path.touch(mode=0o600)
    with path.open("a", encoding="utf-8") as log:
        log.writelines(f"{line}\n" for line in _lines(error))
    return path


def _lines(error: BaseException) -> Iterator[str]:
    yield datetime.now(UTC).isoformat(timespec="seconds")
    at: BaseException | None = error
    while at is not None:
        yield f"  {type(at).__module__}.{type(at).__qualname__} {' '.join(ID.findall(str(at)))}"
        for frame in traceback.extract_tb(at.__traceback__):
            yield f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}"
        at = at.__cause__ or at.__context__
