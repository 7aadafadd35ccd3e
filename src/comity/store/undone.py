"""What this device remembers of undoing: which act each undo and redo took back. The log itself tells it of none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import msgspec
from sqlalchemy import Connection, select

from comity.store import schema

Act = tuple[bytes, ...]  # the dots of its commits
NAMED = "took:"


@dataclass(frozen=True)
class Undos:
    """Each act that took one back, with that one."""

    took: Mapping[Act, Act]

    @cached_property
    def _by(self) -> Mapping[Act, list[Act]]:
        by: dict[Act, list[Act]] = defaultdict(list)
        for act, of in self.took.items():
            by[of].append(act)
        return by

    @cached_property
    def _acts(self) -> Mapping[bytes, Act]:
        return {dot: act for each in self.took.items() for act in each for dot in act}

    def act(self, dot: bytes) -> Act:
        """The act that this commit is of, as far as it is known."""
        return self._acts.get(dot, (dot,))

    def stands(self, act: Act) -> bool:
        """Whether nothing that stands itself took it back."""
        return not any(map(self.stands, self._by.get(act, ())))

    def is_undo(self, act: Act) -> bool:
        """Whether it took back something done or redone; a redo took an undo back."""
        return act in self.took and not self.is_undo(self.took[act])

    def to_undo(self, acts: Iterable[Act]) -> Act | None:
        """Of acts from the newest on, what an undo takes back."""
        return next((act for act in acts if not self.is_undo(act) and self.stands(act)), None)

    def to_redo(self, acts: Iterable[Act]) -> Act | None:
        """Of acts from the newest on, the undo that a redo takes back; none once something else was done since."""
        for act in acts:
            if act not in self.took:
                return None
            if self.is_undo(act) and self.stands(act):
                return act
        return None


def note(connection: Connection, act: Act, took: Act) -> None:
    """Remember that an act took another one back."""
    schema.remember(connection, f"{NAMED}{act[0].hex()}", msgspec.msgpack.encode((act, took)))


def noted(connection: Connection) -> Undos:
    """All that this device took back."""
    values = select(schema.local.c.value).where(schema.local.c.name.startswith(NAMED))
    pairs = connection.execute(values).scalars()
    return Undos(dict(msgspec.msgpack.decode(packed, type=tuple[Act, Act]) for packed in pairs))
