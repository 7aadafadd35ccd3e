"""What a hub says when it does not do what it was asked, always as a `Fault` with a status.

None says whether a group is here: a device that is not in it reads the words that it reads of a group that is not.
"""

from http import HTTPStatus

from comity.errors import ComityError
from comity.sync.wire import Fault


class Refusal(ComityError):
    """Not done; the status for programs that know HTTP only, the code for those that know Comity."""

    def __init__(self, status: HTTPStatus, code: str, message: str, hint: str = "", after: int = 0) -> None:
        super().__init__(message, hint, code=code)
        self.status = status
        self.after = after

    @property
    def fault(self) -> Fault:
        """As it goes over the wire."""
        return Fault(self.code, self.message, self.hint)


def no_group() -> Refusal:
    """The group is not here, or the caller does not stand in it, or may not bring it: one answer for all."""
    return Refusal(
        HTTPStatus.NOT_FOUND,
        "no_group",
        "There is no such group here for this device.",
        "A group is brought by a device of it that was invited to this hub; who admits a device syncs first.",
    )


def no_session() -> Refusal:
    """No session is open, or no longer."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "no_session", "No session is open.", "Open one by a challenge.")


def no_proof(why: str, hint: str = "Ask for a new challenge.") -> Refusal:
    """The proof does not open a session."""
    return Refusal(HTTPStatus.UNAUTHORIZED, "no_proof", why, hint)


def not_admitted(fate: str = "") -> Refusal:
    """Neither a seat nor an invite; what became of the one that came along."""
    return Refusal(
        HTTPStatus.FORBIDDEN,
        "not_admitted",
        fate or "It stands in no group here, and no invite came with it that is still good.",
        "Ask who runs the hub for an invite; each works once and expires.",
    )


def malformed(why: str) -> Refusal:
    """The bytes are no message of the sort that is expected here."""
    return Refusal(HTTPStatus.BAD_REQUEST, "malformed", why)


def too_large(limit: int) -> Refusal:
    """More bytes than any message has."""
    return Refusal(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "limit", f"A message has at most {limit} bytes.", "Send smaller pages."
    )


def too_fast(seconds: int) -> Refusal:
    """More requests than one device or address may send."""
    return Refusal(
        HTTPStatus.TOO_MANY_REQUESTS, "limit", "Too many requests came from there.", f"Wait {seconds} s.", seconds
    )


def too_slow() -> Refusal:
    """The message did not arrive in time."""
    return Refusal(HTTPStatus.REQUEST_TIMEOUT, "limit", "The message did not arrive in time.", "Send smaller pages.")


def full(what: str) -> Refusal:
    """There is no more room for this group or institute."""
    return Refusal(
        HTTPStatus.INSUFFICIENT_STORAGE, "full", f"The hub keeps no more {what}.", "Ask who runs the hub for room."
    )


def no_place() -> Refusal:
    """Nothing is at this path."""
    return Refusal(
        HTTPStatus.NOT_FOUND, "no_place", "The hub has no such place.", "GET /openapi.json lists what it has."
    )
