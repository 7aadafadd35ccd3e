"""What guards and checks are told about the world, within one transaction."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from comity.desk.desk import Desk
from comity.domain.institutes import Institute
from comity.domain.record import Record
from comity.domain.sharing import Group
from comity.domain.sight import mended
from comity.store import reading
from comity.store.database import Connection

R = TypeVar("R", bound=Record)
PRIVATE = "private"
_SHORTEST = 6  # digits of an id that stand for it
_ID_LIKE = re.compile(rf"[0-9a-f-]{{{_SHORTEST},}}", re.IGNORECASE)


def reserved(name: str) -> bool:
    """Whether a group may not be called so: it would pass for the own group or for the id of another."""
    return name.strip().lower() == PRIVATE or bool(_ID_LIKE.fullmatch(name.strip()))


@dataclass(frozen=True)
class World:
    """The view of one desk through one connection."""

    desk: Desk
    connection: Connection
    called: dict[str, str] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    own: dict[str, bool] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """The desk's day."""
        return self.desk.today

    @property
    def now(self) -> datetime:
        """The desk's moment."""
        return self.desk.now()

    @property
    def institute(self) -> str:
        """The desk's institute."""
        return self.desk.institute

    @property
    def stale_after(self) -> timedelta:
        """As set."""
        return timedelta(days=self.desk.settings.general.stale_after)

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id."""
        return reading.get(self.connection, kind, id)

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        """The live records with these values."""
        return reading.find(self.connection, kind, **equals)

    def members(self, group: str) -> tuple[str, ...]:
        """The institutes with a standing seat, sorted."""
        return self.desk.store.circles.of(bytes.fromhex(group)).members()

    def is_private(self, group: str) -> bool:
        """Whether it is this institute's own group: that of this device, or of another that let this one in.

        Each device starts one, under the recovery key of the institute; a sharing group was given a name.
        """
        if group == self.desk.store.private:
            return True
        if group not in self.own:
            root = self.desk.store.circles.of(bytes.fromhex(group)).standing.seats.get(bytes.fromhex(group))
            self.own[group] = root is not None and root.keys == self.desk.root and not self.find(Group, group=group)
        return self.own[group]

    def countries(self) -> dict[str, str]:
        """The country of institutes, as this one's own groups have it: what a partner writes moves no check here."""
        said: dict[str, set[str]] = defaultdict(set)
        for each in self.find(Institute):
            if each.country and self.is_private(each.group) and self.members(each.group) == (self.institute,):
                said[each.code].add(each.country)
        return {code: found.pop() for code, found in said.items() if len(found) == 1}

    def group_name(self, group: str) -> str:
        """The name that its members gave it, with the start of its id where another has that too; else that start."""
        if group not in self.called:
            self.called[group] = self._name(group)
        return self.called[group]

    def groups_called(self, named: str) -> list[str]:
        """The ids of the groups that a person may mean by a name, an id or its beginning.

        A whole id is that group and no other, whatever members of another group call theirs.
        """
        if named.lower() == PRIVATE:
            return [self.desk.store.private]
        part, groups = named.lower().replace("-", ""), self.desk.store.groups()
        if part in groups:
            return [part]
        names = {group: (self.group_name(group).lower(), self._given(group).lower()) for group in groups}
        return [
            group
            for group in groups
            if named.lower() in names[group] or (len(part) >= _SHORTEST and group.startswith(part))
        ]

    def _name(self, group: str) -> str:
        if group == self.desk.store.private:
            return PRIVATE
        name = self._given(group)
        same = [each for each in self.desk.store.groups() if name and self._given(each).lower() == name.lower()]
        return f"{name}~{group[:4]}" if len(same) > 1 else name or group[:8]

    def group_record(self, group: str) -> Group | None:
        """The record that names it: the one with the group's own id, retired or not; others in it name nothing."""
        return reading.get(self.connection, Group, str(UUID(hex=group)), group)

    def _given(self, group: str) -> str:
        """What its members call it; nothing where that would pass for an id or for the own group."""
        if group not in self.given:
            name = getattr(self.group_record(group), "name", "")
            self.given[group] = name if isinstance(name, str) and not reserved(name) else ""
        return self.given[group]


class Mended(World):
    """The same world as guards are told of it: what a peer tore is blank there, and stands in the way as it did."""

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id."""
        found = super().get(kind, id)
        return mended(found) if found else None

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        """The live records with these values."""
        return [mended(each) for each in super().find(kind, **equals)]
