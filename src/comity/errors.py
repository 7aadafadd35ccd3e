"""Every error that Comity tells a person, with the exit code that scripts rely on.

ComityError (1)
├── UsageError (2)
│   └── Ambiguous
├── NotFound (3)
├── Refused (4)
│   ├── BadInput
│   └── RuleBroken
├── ConflictsExist (5)
├── HubUnreachable (6)
├── Locked (7)
└── IntegrityFailure (8)
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: the field (or record) it is about and what would be right."""

    field: str
    message: str


class ComityError(Exception):
    """Something that a person is told: one sentence, what to do about it, and each single problem."""

    exit_code = 1
    code = "unexpected"

    def __init__(self, message: str, hint: str = "", problems: Iterable[Problem] = (), code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.problems = tuple(problems)
        self.code = code or type(self).code


class UsageError(ComityError):
    """The command was not understood."""

    exit_code = 2
    code = "usage"


class Ambiguous(UsageError):
    """A name that more than one record has; the hint lists the candidates."""

    code = "ambiguous"


class NotFound(ComityError):
    """No record, group, file or device of that name is here."""

    exit_code = 3
    code = "not_found"


class Refused(ComityError):
    """Not done, because of a rule or of what was given."""

    exit_code = 4
    code = "refused"


class BadInput(Refused):
    """Values or files that cannot be read as what they should be; every problem at once."""

    code = "bad_input"


class RuleBroken(Refused):
    """A rule of the domain stands in the way; `code` is the name of the rule, problems name the records."""

    code = "rule"


class ConflictsExist(ComityError):
    """Values wait for a person to settle them."""

    exit_code = 5
    code = "conflicts"


class HubUnreachable(ComityError):
    """No hub answered."""

    exit_code = 6
    code = "unreachable"


class Locked(ComityError):
    """The keys are locked, the passphrase is wrong, or this device may not do it."""

    exit_code = 7
    code = "locked"


class IntegrityFailure(ComityError):
    """Bytes that do not verify: store, log, backup or bundle."""

    exit_code = 8
    code = "integrity"
