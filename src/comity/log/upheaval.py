"""How much of a group one session may change before a person is asked."""

from typing import NamedTuple

SHARE = 5  # more than one in so many is asked about
FEW = 5  # and so many are not, however small the group


class Ground(NamedTuple):
    """A group as it was: its envelopes and records, by their highest number, and how many there were and were void."""

    envelope: int = 0
    record: int = 0
    envelopes: int = 0
    void: int = 0
    records: int = 0


class Upheaval(NamedTuple):
    """How many records are retired now, and envelopes void, that were not."""

    retired: int
    void: int


def is_great(before: Ground, upheaval: Upheaval) -> bool:
    """Whether a person should be asked."""
    return any(
        part > max(FEW, whole / SHARE)
        for part, whole in ((upheaval.retired, before.records), (upheaval.void, before.envelopes))
    )
