"""The newest envelopes, and those that do not count: they wait for something, or are void."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from comity.log import verdict as verdicts
from comity.log.commit import Commit
from comity.log.envelope import Type, decode
from comity.store import schema
from comity.store.circle import Circles
from comity.store.reading import dashed

CUT = str(verdicts.CUT)


class Act(NamedTuple):
    """A commit that can be opened here, with the group and the seat that wrote it; late ones do not count."""

    group: bytes
    seat: bytes
    dot: bytes
    commit: Commit


class Stuck(NamedTuple):
    """An envelope that does not count, and the reason in the words of the store."""

    group: bytes
    seat: bytes
    seq: int
    status: str


def acts(connection: Connection, circles: Circles, most: int) -> Iterator[Act]:
    """The newest commits that can be opened here, the newest first."""
    e = schema.envelopes.c
    query = (
        select(e.header, e.signature, e.body)
        .where(e.type == int(Type.COMMIT), e.status == verdicts.Status.IN, e.body.is_not(None))
        .order_by(e.no.desc())
        .limit(most)
    )
    for header, signature, body in connection.execute(query):
        envelope = decode(header + signature + body)
        if commit := circles.open(envelope):
            yield Act(envelope.group, envelope.seat, envelope.dot, commit)


def late(connection: Connection, circles: Circles) -> Iterator[Act]:
    """The commits beyond the cut of a revoked device that can be opened here, in the order of their writing."""
    e = schema.envelopes.c
    query = select(e.header, e.signature, e.body).where(e.type == int(Type.COMMIT), e.status == CUT)
    for header, signature, body in connection.execute(query.where(e.body.is_not(None)).order_by(e.gen, e.dot)):
        envelope = decode(header + signature + body)
        if commit := circles.open(envelope):
            yield Act(envelope.group, envelope.seat, envelope.dot, commit)


def touched(connection: Connection, after: int) -> list[tuple[str, str]]:
    """(kind, id) of the records that envelopes after this number wrote to."""
    t, r = schema.touches.c, schema.records.c
    query = select(r.kind, func.lower(func.hex(r.id))).where(t.envelope > after, t.record == r.no).distinct()
    return [(kind, dashed(digits)) for kind, digits in connection.execute(query)]


def stuck(connection: Connection, most: int) -> list[Stuck]:
    """What waits or is void, the newest first."""
    e = schema.envelopes.c
    query = (
        select(e.group, e.seat, e.seq, e.status).where(e.status != verdicts.Status.IN).order_by(e.no.desc()).limit(most)
    )
    return [Stuck(*row) for row in connection.execute(query)]
