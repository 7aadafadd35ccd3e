"""Where a home is, and that nobody but its owner can look into it."""

import os
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from comity.errors import NotFound, Problem, Refused, UsageError

KEYS: Final = "device.key"
STORE: Final = "store.db"
TOKEN: Final = "token"  # which envelopes left last, outside every backup of the store
USERS, OURS = "config.toml", "config.local.toml"
SKETCH: Final = "carried.state"  # what a hub sees of the groups of a device, for syncing while it is locked
LEFT: Final = 24 * 60 * 60  # seconds after which nobody writes to a fresh file any more
SPOOL: Final = "carried.spool"  # what came meanwhile, sealed as it was sent
FILES: Final = (KEYS, STORE, TOKEN, USERS, OURS, SKETCH, SPOOL)


def home_folder(given: str = "") -> Path:
    """Where the home is: as told, COMITY_HOME, or the place this system has for such data."""
    if told := given or os.environ.get("COMITY_HOME", ""):
        try:
            return Path(told).expanduser().absolute()
        except RuntimeError:
            raise UsageError(f"Nobody here is called as in {told}.", hint="Write the path of the home.") from None
    from platformdirs import user_data_path

    return user_data_path("comity", appauthor=False)


def make_home(home: Path) -> None:
    """Make the folder for its owner alone."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    check_home(home)
    (home / "logs").mkdir(mode=0o700, exist_ok=True)


def check_home(home: Path) -> None:
    """Refuse a home that is not there, not a folder, not the caller's, open to others, or holds what is no file."""
    if not home.exists():
        raise NotFound(f"There is no home at {home}.", hint="Make one: `comity init`. Look around: `comity demo`.")
    if not home.is_dir():
        raise Refused(f"The home {home} is not a folder.", hint="Name another one with --home or COMITY_HOME.")
    seen = home.stat()
    if hasattr(os, "getuid") and seen.st_uid != os.getuid():
        raise Refused(f"The home {home} belongs to another user.", hint="Run as its owner, or name another: --home.")
    if os.name == "posix" and stat.S_IMODE(seen.st_mode) & 0o077:
        raise Refused(f"Others can look into the home {home}.", hint=f"Close it: chmod 700 {home}")
    for name in FILES:  # reading a pipe or a device may never end
        if (home / name).exists() and not (home / name).is_file():
            raise Refused(f"In the home {home}, {name} is not a file.", hint="See what put it there, and move it away.")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other processes from making something in the folder meanwhile; the system lets go when this one ends."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refused(f"Another Comity is at work in {folder}.", hint="Wait until it is done.", code="busy") from None
    finally:
        os.close(handle)


def given_path(path: Path, hint: str) -> Path:
    """The file that somebody named. Raises NotFound where it is none: reading a pipe or a device may never end."""
    if not path.is_file():
        raise NotFound(f"there is no file {path}", hint)
    return path


@contextmanager
def given_file(path: Path, hint: str) -> Iterator[BinaryIO]:
    """The file that somebody named, to read from. Raises NotFound where it is none, Refused where the disk fails."""
    try:
        with given_path(path, hint).open("rb") as file:
            yield file
    except OSError as error:
        copy = "copy it to the disk of this machine"
        raise Refused(f"the file {path} cannot be read: {error.strerror}", copy, code="unreadable") from error


def given_text(path: Path, hint: str, longest: int) -> str:
    """What stands in the first bytes of a file that somebody named; what is no UTF-8 is shown as such."""
    with given_file(path, hint) as file:
        return file.read(longest).decode(errors="replace")


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file of the owner alone where nothing was, no link either: on disk after the block, gone where that failed."""
    with open(path, "xb", opener=_private) as file:
        try:
            yield file
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink()
            raise
    keep_names(path.parent)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A file of the owner alone that takes its place after the block: the old one or the new one, whole and on disk."""
    _sweep(path.parent)
    fresh = path.with_name(f".comity-{os.urandom(8).hex()}.new")
    with new_file(fresh) as file:
        yield file
    try:
        put_in_place(fresh, path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _sweep(folder: Path) -> None:
    """Take away what a `replacing` that was killed left here: of the caller, and not written to for a day."""
    for left in folder.glob(f".comity-{'[0-9a-f]' * 16}.new"):
        with suppress(OSError):  # another process swept it
            seen = left.lstat()
            mine = not hasattr(os, "getuid") or seen.st_uid == os.getuid()
            if mine and stat.S_ISREG(seen.st_mode) and time.time() - seen.st_mtime > LEFT:
                left.unlink()


def replace_file(path: Path, data: bytes) -> None:
    """Put a file of the owner alone in place, whole or not at all, and on disk."""
    with replacing(path) as file:
        file.write(data)


def put_in_place(fresh: Path, path: Path) -> None:
    """Give a finished file or folder its name, on disk; a link that has that name goes, what it leads to stays."""
    fresh.replace(path)
    keep_names(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def keep_names(folder: Path) -> None:
    """Have on disk which files a folder holds."""
    with suppress(OSError):  # a folder that cannot be synced, as on some network disks
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def home_problems(home: Path) -> Iterator[Problem]:
    """What is wrong with the files of a home: whose they are, and who can read them."""
    private = os.name == "posix"
    for path in (home, *sorted(home.rglob("*"))):
        seen = path.lstat()
        if hasattr(os, "getuid") and seen.st_uid != os.getuid():
            yield Problem("home_owner", f"{path} belongs to another user; `chown` it to yourself")
        if private and not path.is_symlink() and stat.S_IMODE(seen.st_mode) & 0o077:
            mode = "700" if path.is_dir() else "600"
            yield Problem("home_mode", f"others can look into {path}; chmod {mode} {path}")
