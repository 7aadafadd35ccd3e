"""The log of bugs: types, places and ids, never the text of an error, which may hold what people wrote."""

import os
import re
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

ID = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b")
LIMIT = 1_000_000  # bytes; a log that grew past this starts anew


def write(error: BaseException, home: str) -> Path:
    """Add one bug to the log; answer where that is."""
    folder = _folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / "comity.log"
    if path.exists() and path.stat().st_size > LIMIT:
        path.unlink()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as log:
        log.writelines(f"{line}\n" for line in _lines(error))
    return path


def _folder(home: str) -> Path:
    """The logs of the home; where there is none, a bug does not make one."""
    from comity.home import home_folder

    if (found := home_folder(home)).is_dir():
        return found / "logs"
    from platformdirs import user_log_path

    return user_log_path("comity", appauthor=False)


def _lines(error: BaseException) -> Iterator[str]:
    yield datetime.now(UTC).isoformat(timespec="seconds")
    at: BaseException | None = error
    while at is not None:
        yield f"  {type(at).__module__}.{type(at).__qualname__} {' '.join(ID.findall(str(at)))}"
        for frame in traceback.extract_tb(at.__traceback__):
            yield f"    {Path(frame.filename).name}:{frame.lineno} {frame.name}"
        at = at.__cause__ or at.__context__
