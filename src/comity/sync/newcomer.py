"""A group that nothing is held of: who founded it and who let this device in is looked at before anything is kept."""

from collections.abc import Collection, Iterable

from comity.log.acts import Admit, Found, Institute, Revoke, act_of, group_id, second_seat
from comity.log.body import Malformed
from comity.log.envelope import Envelope, Type, decode
from comity.log.standing import house, judge
from comity.sync.outcome import Allow, Introducer, Newcomer
from comity.sync.verify import check

ROOM = 64 * 1024 * 1024  # bytes of acts that are looked at


class Porch:
    """The acts of a new group, verified and in memory only."""

    def __init__(self, group: bytes) -> None:
        self.group = group
        self.signers: dict[bytes, bytes] = {}
        self._acts: dict[bytes, Envelope] = {}
        self._waiting: list[bytes] = []
        self._room = ROOM

    def take(self, data: Iterable[bytes]) -> list[Envelope]:
        """Look at what of a page are acts, and say which of them verify; nothing more once it is too much."""
        acts = [each for each in data if _is_act(each)]
        self._room -= sum(map(len, acts))
        if self._room < 0:
            return []
        checked = check([*self._waiting, *acts], self.group, self.signers, lambda _: set())
        self._waiting = [each.encode() for each in checked.unknown]
        self._acts |= {each.id: each for each in checked.good}
        return checked.good

    def introducers(self, own: Collection[bytes]) -> tuple[Introducer, list[Introducer]] | None:
        """Who founded it, and who signed that one of these devices is in; None where none of them is.

        Whom later acts revoke is not asked: who signed does not change by that.
        """
        acts = [(each, act) for each in self._acts.values() if (act := act_of(each)) and not isinstance(act, Revoke)]
        seats = judge(self.group, acts, lambda seat: {}).seats
        founder: Introducer | None = None
        found = []
        for envelope, act in acts:
            if isinstance(act, Found) and group_id(act) == self.group:
                founder = Introducer(act.institute, act.device.keys, act.device.carrier, act.root)
                if act.device.keys.sign in own or act.root.sign in own:
                    found.append(founder)
            elif isinstance(act, Admit | Institute) and not seats.keys().isdisjoint(_opened(envelope)):
                keys = {act.device.keys.sign, act.recovery.sign if isinstance(act, Institute) else b""}
                if not keys.isdisjoint(own):
                    above = seats[envelope.seat]
                    found.append(Introducer(above.institute, above.keys, above.carrier, house(seats, above)))
        return (founder, found) if founder and found else None


def is_welcome(porch: Porch, own: Collection[bytes], known: Collection[tuple[bytes, str]], allow: Allow) -> bool:
    """Whether anything of a new group is kept: a device has to be in it, let in by somebody known.

    `known` are signing keys and whose they are. Raises Newcomer where nobody is known and nobody says yes.
    """
    met = porch.introducers(own)
    if met is None:
        return False
    founder, admitters = met
    if any((each.keys.sign, each.institute) in known or each.keys.sign in own for each in (founder, *admitters)):
        return True
    doubt = Newcomer(porch.group, founder, admitters[0])
    if not allow(doubt):
        raise doubt
    return True


def _is_act(data: bytes) -> bool:
    try:
        return decode(data).type is Type.ACT
    except Malformed:
        return False


def _opened(envelope: Envelope) -> tuple[bytes, bytes]:
    return envelope.dot, second_seat(envelope.dot)
