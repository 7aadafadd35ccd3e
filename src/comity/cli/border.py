"""The border of a command: what it raises becomes a sentence and an exit code."""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import click

from comity.cli.frame import Call
from comity.cli.streams import is_closed
from comity.errors import ComityError, UsageError

INTERRUPTED = 130
DONE_BEFORE = "What the command did before is done; look before you repeat it."


def guarded(command: Callable[[], int], call: Call) -> int:
    """Run a command; answer with the exit code that scripts rely on."""
    sys.excepthook = _unexpected(call)
    code = _code(command, call)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # told already, where it can be
            is_closed(stream)
    return code


def _code(command: Callable[[], int], call: Call) -> int:
    try:
        code = command()
        is_closed(sys.stdout)
        return code
    except ComityError as error:
        return told(error, call)
    except click.ClickException as error:
        return told(_usage(error), call)
    except (click.Abort, KeyboardInterrupt):
        told(ComityError("Interrupted.", hint=DONE_BEFORE, code="interrupted"), call)
        return INTERRUPTED
    except BrokenPipeError:  # of help, which click writes; who reads has read enough
        return 0
    except OSError as error:
        return told(_system(error), call)


def told(error: ComityError, call: Call) -> int:
    """Print an error as lines for a person or as JSON for a script."""
    from comity.cli.output import print_error

    print_error(error, as_json=call.as_json)
    return error.exit_code


def _usage(error: click.ClickException) -> UsageError:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return UsageError(error.format_message(), hint=f"See {context.command_path} --help." if context else "")


def _system(error: OSError) -> ComityError:
    """What the machine refused, as a sentence: no file, no right, no room."""
    from comity.errors import NotFound, Refused

    where = f": {error.filename}" if error.filename else ""
    if isinstance(error, FileNotFoundError):
        return NotFound(f"There is no such file{where}.", hint="See how it is spelled and where you are.")
    hint = "Check the path and its rights." if where else DONE_BEFORE
    return Refused(f"{error.strerror or 'The machine refused'}{where}.", hint=hint, code="system")


def _unexpected(call: Call) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """A hook for bugs: the places and ids go to the log file, a person is told where that is."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            os._exit(INTERRUPTED)
        from comity.cli.buglog import write

        try:
            where = f"Its place is in {write(error, call.home)}."
        except (OSError, ComityError):
            where = "Its place could not be written down: the folder of the logs cannot be written to."
        told(ComityError("This is a bug in Comity.", hint=where), call)

    return hook
