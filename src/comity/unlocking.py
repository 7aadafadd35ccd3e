"""How the keys of a home are opened: by a file, a command, a session, or the person at the terminal.

A session is the opened key in a small file that the system forgets at logout; a passphrase itself is never kept.
"""

import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from comity.errors import IntegrityFailure, Locked, NotFound, Refused
from comity.home import KEYS, STORE, check_home, new_file, replace_file
from comity.log import keyfile
from comity.log.keyfile import KeyFile
from comity.log.keys import DeviceKeys
from comity.settings import Settings

FROM_FILE: Final = "COMITY_PASSPHRASE_FILE"
RUNTIME: Final = "XDG_RUNTIME_DIR"
COMMAND_SECONDS: Final = 60
LARGEST: Final = 1000  # bytes of a session
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=7)
HELP: Final = (
    "run `comity unlock`, or see `comity help unlock` for COMITY_PASSPHRASE_FILE and general.passphrase_command"
)
WAYS: Final = "name a file in COMITY_PASSPHRASE_FILE, or set general.passphrase_command; see `comity help unlock`"

Ask = Callable[[], str]


class Session(msgspec.Struct, frozen=True, array_like=True):
    """The key that opens a key file, until a moment of the clock on the wall and of the one that runs since boot."""

    key: bytes
    begun_ns: int
    boot_ns: int
    wall_ns: int

    @property
    def is_over(self) -> bool:
        """Whether either clock has passed its end, or the machine was started anew."""
        return not self.begun_ns <= _since_boot() < self.boot_ns or time.time_ns() >= self.wall_ns


# -- the key file
def key_file(home: Path) -> KeyFile:
    """The key file of a home."""
    path = home / KEYS
    if not path.exists():
        if (home / STORE).exists():
            hint = "`comity restore FILE --home NEW` brings keys and store back from a backup"
            raise IntegrityFailure(f"{home} has a store but no {KEYS}", hint)
        raise NotFound(f"there is no home at {home}", "`comity init` makes one, `comity demo` shows one")
    seen = path.stat()
    if hasattr(os, "getuid") and seen.st_uid != os.getuid():
        raise Refused(
            f"{path} belongs to another user", f"see who put it there, then chown it: {path}", code="key_owner"
        )
    if os.name == "posix" and seen.st_mode & 0o077:
        raise Refused(f"others can read {path}", f"close it: chmod 600 {path}", code="key_mode")
    return KeyFile.decode(path.read_bytes())


def opened(file: KeyFile, chosen: Settings, ask: Ask | None) -> DeviceKeys:
    """The secrets of a device: by passphrase file, command, session, or by asking. Raises Locked where none is told."""
    if not file.has_passphrase:
        return file.unlock(file.derive(""))
    told = _told(chosen)
    if told is None and (kept := session(file)):
        return kept
    if told is None and ask is None:
        raise Locked("the keys are locked", HELP)
    return file.unlock(file.derive(ask() if told is None and ask else told or ""))


def passphrase(chosen: Settings, ask: Ask | None) -> str:
    """The passphrase itself: from the file that is named, the command that is set, else the person at the terminal."""
    told = _told(chosen)
    if told is None and ask is None:
        raise Locked("there is nobody to ask for the passphrase", WAYS)
    return ask() if told is None and ask else told or ""


def must_ask(file: KeyFile, chosen: Settings) -> bool:
    """Whether only a person can open the keys now."""
    told = os.environ.get(FROM_FILE) or chosen.general.passphrase_command
    return file.has_passphrase and not told and session(file) is None


def change_passphrase(home: Path, *, old: str, new: str, cost: tuple[int, int] = keyfile.MODERATE) -> None:
    """Seal the keys anew; the store itself stays as it is, and a session ends."""
    check_home(home)
    file = key_file(home)
    keys = file.unlock(file.derive(old if file.has_passphrase else ""))
    lock(file)
    replace_file(home / KEYS, keyfile.sealed(keys, file.card, new, cost).encode())


# -- who tells the passphrase
def _told(chosen: Settings) -> str | None:
    """The passphrase from the file or the command; None where neither is set."""
    if named := os.environ.get(FROM_FILE):
        return passphrase_in(Path(named))
    command = chosen.general.passphrase_command
    return _told_by(command) if command else None


def passphrase_in(path: Path) -> str:
    """The first line of a file that only its owner can read."""
    if not path.is_file():
        raise Locked(f"there is no file {path} with a passphrase", "name the file that holds it")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Locked(f"others can read {path}; it is not used", f"close it: chmod 600 {path}")
    try:
        told = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise Locked(f"the file {path} cannot be read as text", "write the passphrase as one line of UTF-8") from None
    if not told or not told[0]:
        raise Locked(f"the file {path} holds no passphrase", "write it into the first line")
    return told[0]


def _told_by(command: tuple[str, ...]) -> str:
    """The first line that a program prints; where nobody sits at a terminal it is given nothing to wait for."""
    stdin = None if sys.stdin is not None and sys.stdin.isatty() else subprocess.DEVNULL
    try:
        told = subprocess.run(
            command, stdin=stdin, stdout=subprocess.PIPE, timeout=COMMAND_SECONDS, check=True, text=True
        ).stdout
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        hint = "see general.passphrase_command in the settings"
        raise Locked(f"the passphrase command {command[0]} gave none", hint) from error
    return (told.splitlines() or [""])[0]


# -- sessions
def unlock(file: KeyFile, chosen: Settings, ask: Ask | None, length: timedelta) -> datetime:
    """Begin a session, in place of one that runs; when it ends by the clock on the wall."""
    if not SHORTEST <= length <= LONGEST:
        raise Refused("a session lasts from 1 minute to 7 days", "write it as in --for 8h")
    path = _place(file)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for folder in (path.parent.parent, path.parent):
        _only_mine(folder.lstat(), folder)
    key = file.derive(passphrase(chosen, ask))
    file.unlock(key)
    lock(file)
    began, ns = _since_boot(), length // timedelta(microseconds=1) * 1000
    kept = Session(key, began, began + ns, time.time_ns() + ns)
    with new_file(path) as made:
        made.write(msgspec.msgpack.encode(kept))
    return datetime.fromtimestamp(kept.wall_ns // 10**9, UTC)


def lock(file: KeyFile) -> bool:
    """End the session: its file is overwritten and removed; whether there was one."""
    try:
        path = _place(file)
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (Locked, FileNotFoundError):
        return False
    except IsADirectoryError:
        raise _no_session(path, "it is a folder; see what put it there and remove it") from None
    except OSError:
        path.unlink()  # a link or a pipe that somebody put there: it is never followed
        return True
    try:
        seen = os.fstat(handle)
        if _is_session(seen):  # what has another name, too, is not ours to overwrite
            os.write(handle, bytes(seen.st_size))
            os.fsync(handle)
    finally:
        os.close(handle)
    path.unlink(missing_ok=True)
    return True


def session(file: KeyFile) -> DeviceKeys | None:
    """The secrets as a running session opens them; None where there is none, or it is over."""
    try:
        path = _place(file)
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (Locked, OSError):
        return None
    try:
        seen = os.fstat(handle)
        if not _is_session(seen):
            raise _no_session(path, f"`comity lock` removes it, unless it is a folder; {WAYS}")
        _only_mine(seen, path)
        data = os.read(handle, LARGEST)
    finally:
        os.close(handle)
    try:
        kept = msgspec.msgpack.decode(data, type=Session)
        keys = None if kept.is_over else file.unlock(kept.key)
    except (msgspec.MsgspecError, ValueError, Locked):
        keys = None  # cut short, or of the passphrase before
    if keys is None:
        lock(file)
    return keys


def forgotten() -> Path | None:
    """The folder that the system keeps in memory and forgets at logout, where it has one."""
    told = os.environ.get(RUNTIME, "")
    return Path(told) if told and Path(told).is_dir() else None


def _place(file: KeyFile) -> Path:
    """The file of the session of this device. Raises Locked where the system has no place that it forgets at logout."""
    runtime = forgotten()
    if runtime is None:
        raise Locked(f"there is no {RUNTIME}, so no session can be kept here", WAYS)
    return runtime / "comity" / f"{file.card.keys.sign.hex()[:32]}.session"


def _is_session(seen: os.stat_result) -> bool:
    """Whether it can be what `unlock` left: a file of one's own under one name."""
    return stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1 and seen.st_uid == os.geteuid()


def _no_session(path: Path, hint: str) -> Locked:
    return Locked(f"{path} is no session of yours, and is not used", hint)


def _only_mine(seen: os.stat_result, path: Path) -> None:
    """Raise Locked where somebody else owns it or can look into it."""
    plain = stat.S_ISDIR(seen.st_mode) or stat.S_ISREG(seen.st_mode)
    if not plain or seen.st_uid != os.geteuid() or seen.st_mode & 0o077:
        raise Locked(f"{path} is not yours alone; no session is kept there", f"`comity lock` ends it; {WAYS}")


def _since_boot() -> int:
    """Nanoseconds that also pass while the machine sleeps, where it can tell them."""
    return time.clock_gettime_ns(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
