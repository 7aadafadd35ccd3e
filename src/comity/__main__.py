"""`python -m comity` and the command `comity`."""

import gc
import io
import os
import sys


def main() -> int:
    """Run the command of this process; no garbage is looked for while modules load, which takes a sixth of a list."""
    gc.disable()
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever started us
            setattr(sys, name, open(os.devnull, "r+", encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that is not UTF-8 still shows every record
    if sys.argv[1:] == ["--version"] and _told_version():
        return 0
    from comity.cli.app import main as run

    return run()


def _told_version() -> bool:
    """Tell the version, which scripts ask for before all else, without a parser of commands; whether that went well."""
    from comity.cli.version import VERSION

    try:
        os.write(sys.stdout.fileno(), f"comity {VERSION}\n".encode())
    except OSError:  # the border of the other commands says what is wrong
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
