"""Planted bugs: each breaks one rule of the merge, of membership or of the store, as a tired hand might."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from comity.desk import acting, drafting, stepping
from comity.desk.drafting import Opened
from comity.log import fold, standing, verdict
from comity.log.envelope import Envelope
from comity.log.verdict import Cut, Verdict
from comity.store import circle, door, folding, rows, token, writer
from comity.sync import engine
from comity.sync.plan import Plan

Bug = Callable[[], Any]


def forgets_a_replacement_that_arrived_first() -> Any:
    """A value counts again when the commit that replaced it came before it."""
    honest = folding.written

    def written(connection: Any, circles: Any, numbers: Any) -> Any:
        found = honest(connection, circles, numbers)
        order = dict(connection.exec_driver_sql("SELECT dot, no FROM envelope").all())
        return {
            no: [
                each._replace(
                    touch=each.touch._replace(
                        over=[dot for dot in each.touch.over if order.get(dot, 0) < order[each.touch.dot]]
                    )
                )
                for each in changes
            ]
            for no, changes in found.items()
        }

    return patch.object(folding, "written", written)


def a_dot_is_seat_and_seq() -> Any:
    """The two branches of a fork take each other's name."""
    by_place: dict[tuple[bytes, int], bytes] = {}

    def dot(self: Envelope) -> bytes:
        return by_place.setdefault((self.seat, self.seq), self.id[:16])

    return patch.object(Envelope, "dot", property(dot))


def only_the_last_cut_counts() -> Any:
    """Of several revokes that cover a seat the one looked at last decides."""
    return patch.object(verdict, "merged", lambda cuts: list(cuts)[-1:])


def only_the_highest_cut_counts() -> Any:
    """Of several revokes the most generous one decides."""

    def merged(cuts: Any) -> list[Cut]:
        return sorted(cuts, key=lambda each: len(each.kept))[-1:]

    return patch.object(verdict, "merged", merged)


def a_cut_is_a_number() -> Any:
    """What lies before the highest end by seq counts, on whichever branch: contiguity without links."""

    def cut(chain: Any, ends: Any) -> Cut:
        top = max((chain[end].seq for end in ends if end in chain), default=0)
        return Cut(frozenset(id for id, link in chain.items() if link.seq <= top), 0)

    return patch.object(verdict, "cut", cut)


def replaces_what_is_there_when_it_saves() -> Any:
    """`over` is taken at save time instead of as shown."""
    honest = drafting.revision

    def save(desk: Any, opened: Opened, raw: Any, **how: Any) -> Any:
        def now(was: Opened, *rest: Any) -> Any:
            with desk.store.reading() as connection:
                return honest(Opened(was.record, drafting.opened(connection, was.record).heads), *rest)

        with patch.object(drafting, "revision", now):
            return true_save(desk, opened, raw, **how)

    true_save = acting.save
    return patch.object(acting, "save", save)


def does_not_refold_what_became_void() -> Any:
    """Acts change statuses, and the rows stay."""
    return patch.object(door, "_moved", lambda connection, circles, fresh: iter(()))


def judges_by_what_came_first() -> Any:
    """A status once given is kept: decided by arrival."""
    honest = door._rejudged

    def rejudged(connection: Any, circles: Any, group: Any, before: Any) -> Iterator[int]:
        for no in honest(connection, circles, group, before):
            status = connection.exec_driver_sql(f"SELECT status FROM envelope WHERE no={no}").scalar()
            if status.startswith("waiting"):
                yield no

    return patch.object(door, "_rejudged", rejudged)


def anybody_erases() -> Any:
    """An erase counts whoever asks."""
    return patch.object(standing, "may_erase", lambda asker, author: True)


def erasures_are_forgotten() -> Any:
    """An erase act is kept and does nothing."""
    return patch.object(standing.Standing, "is_erased", lambda self, link: False)


def loses_a_body_that_comes_later() -> Any:
    """An envelope that came without its body stays without."""
    return patch.object(door, "_fill", lambda connection, given: [])


def trusts_its_memory_of_cuts() -> Any:
    """Links that come after a revoke do not move what it leaves."""
    return patch.object(circle.Circles, "_cut_since", lambda self, connection: False)


def forgets_the_token() -> Any:
    """A restored laptop writes on as if nothing had left."""
    return patch.object(token.Token, "is_ahead", lambda self, connection, group: False)


def shows_what_came_last() -> Any:
    """Of several values the one that arrived last is shown."""
    return patch.object(fold, "_value", lambda word, values, record: list(values.values())[-1])


def created_is_what_came_first() -> Any:
    """Created is the change that was looked at first, not the lowest."""
    honest = fold.fold

    def folded(touches: Any, rules: Any) -> Any:
        found = honest(touches, rules)
        return fold.msgspec.structs.replace(found, created=touches[0].dot) if touches else found

    return patch.object(folding, "fold", folded)


def drops_what_it_cannot_read() -> Any:
    """A value of a newer version is dropped from the heads instead of flagged."""
    honest = folding.fold

    def folded(touches: Any, rules: Any) -> Any:
        known = [each._replace(set={f: v for f, v in each.set.items() if not f.startswith("flav")}) for each in touches]
        return honest(known, rules)

    return patch.object(folding, "fold", folded)


def stops_at_a_value_it_cannot_read() -> Any:
    """A hostile value is an error that stops the exchange."""

    def decode(kind: Any, name: str, value: Any) -> Any:
        if (
            value is not None and not isinstance(value, (str, int, float, bool, list, dict))
        ) or value == "\x1b[2J\u202e\x00":
            raise TypeError(name)
        return honest(kind, name, value)

    def decode_all(kind: Any, told: Any) -> Any:
        for name, value in told.items():
            decode(kind, name, value)
        return honest_all(kind, told)

    honest, honest_all = rows.decode, rows.decode_all
    return patch.multiple(rows, decode=decode, decode_all=decode_all)


def readers_write() -> Any:
    """A commit by a reader counts."""
    return patch.object(standing, "EDITOR", 0)


def writes_on_after_a_fork() -> Any:
    """The next envelope follows the highest seq that is here; other ends are not looked for."""

    def tip(connection: Any, seat: bytes) -> list[tuple[int, bytes]]:
        query = "SELECT seq, id FROM envelope WHERE seat = ? ORDER BY seq DESC, id LIMIT 1"
        return [tuple(each) for each in connection.exec_driver_sql(query, (seat,))]

    return patch.object(writer, "ends", tip)


def notes_a_part_of_a_large_admission() -> Any:
    """Of many envelopes that come at once the first is not looked into."""
    honest = door._note
    return patch.object(door, "_note", lambda c, circles, entries: honest(c, circles, list(entries)[-9:]))


def acts_can_be_erased() -> Any:
    """An erase may name an act, even another erase."""
    honest = standing.Standing.verdict

    def verdict_of(self: standing.Standing, link: Any) -> Verdict:
        found = honest(self, link)
        return verdict.ERASED if found is verdict.IN and self.is_erased(link) else found

    return patch.object(standing.Standing, "verdict", verdict_of)


def does_not_rewrite_what_it_vouches_for() -> Any:
    """A step moves its state and leaves the fields it vouches for as they are."""
    honest = stepping.take

    def take(step: Any, *rest: Any, **how: Any) -> Any:
        return honest(replace(step, vouches=()), *rest, **how)

    return patch.object(stepping, "take", take)


def trusts_a_position() -> Any:
    """Devices remember how far a hub was, and never send again what lies before."""
    honest, far = engine.plan, dict[bytes, int]()

    def plan(mine: Any, theirs: Any) -> Any:
        needed = honest(mine, theirs)
        far.update((seat, max(far.get(seat, 0), tip.seq)) for seat, tip in theirs.tips.items())
        push = {seat: max(above, far.get(seat, 0)) for seat, above in needed.push.items()}
        return Plan(needed.pull, push, needed.tangled)

    return patch.object(engine, "plan", plan)
