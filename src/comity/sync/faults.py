"""What a hub refuses, told in words of this program: what the hub says itself is only quoted, cut and made plain."""

from typing import Final

from comity.domain.text import cut, plain
from comity.errors import ComityError, HubUnreachable, Locked, Refused
from comity.sync.carrier import Full, NoGroup
from comity.sync.wire import Fault

LONGEST: Final = 200  # of what a hub says that people read
LATER: Final = "try again later; what was exchanged stays"
_KNOWN: Final[dict[str, tuple[type[ComityError], str, str]]] = {
    "no_group": (
        NoGroup,
        "{hub} has no such group for this device",
        "a device of the group that was invited to this hub brings it; who admitted this one has to sync first",
    ),
    "not_admitted": (
        Locked,
        "{hub} does not let this device in",
        "ask who runs it for an invite to your institute, each is for one device; if it let this one in before, "
        "the device was revoked",
    ),
    "no_proof": (
        Refused,
        "{hub} did not take the proof of this device",
        "look whether its address is the one that who runs it names (--host-name), then try again",
    ),
    "full": (Full, "{hub} keeps no more", "ask who runs it for room; what was exchanged stays"),
    "limit": (Refused, "{hub} takes no message of this size", "ask who runs it; what was exchanged stays"),
    "malformed": (
        Refused,
        "{hub} did not understand this Comity",
        "one of the two may be older than the other: update it",
    ),
    "no_place": (
        Refused,
        "{hub} does not know what it was asked for",
        "look at its address; if it is right, the hub is of another version",
    ),
}
_SAID: Final = ("no_group",)  # there is no more to say, and a hub says the same
_OTHER: Final = (
    Refused,
    "{hub} refused, and does not say why in words known here",
    "ask who runs it, or update this Comity",
)


def refusal(hub: str, fault: Fault) -> ComityError:
    """What a person is told where a hub refuses for good."""
    sort, sentence, hint = _KNOWN.get(fault.code, _OTHER)
    code = fault.code if fault.code in _KNOWN else ""  # no words of a hub reach those who read codes
    more = "" if code in _SAID else quoted(fault.message)
    return sort(sentence.format(hub=f"the hub {hub}") + more, hint, code=code)


def busy(hub: str, fault: Fault) -> HubUnreachable:
    """What a person is told where a hub cannot answer for now."""
    return HubUnreachable(f"the hub {hub} cannot answer now{quoted(fault.message)}", LATER)


def quoted(text: str) -> str:
    """What a hub says, as the end of a sentence."""
    said = cut(plain(text[:LONGEST]).strip(), LONGEST)
    return f": «{said}»" if said else ""
