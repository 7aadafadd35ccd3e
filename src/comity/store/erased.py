"""What erasing leaves: bodies go from the file, opened commits from memory, words from the index; headers stay."""

from collections.abc import Iterable

from sqlalchemy import Connection, text, update

from comity.log.envelope import Envelope, Type
from comity.store import schema
from comity.store.circle import Circles

PART = 500  # numbers in one statement


def drop(connection: Connection, circles: Circles, entries: Iterable[tuple[int, Envelope]]) -> None:
    """Drop the bodies of commits that were erased; header and signature stay and verify."""
    gone = [(no, each) for no, each in entries if each.body is not None and each.type is Type.COMMIT]
    if not gone:
        return
    e = schema.envelopes.c
    for start in range(0, len(gone), PART):
        numbers = [no for no, _ in gone[start : start + PART]]
        connection.execute(update(schema.envelopes).where(e.no.in_(numbers)).values(body=None))
    circles.forget([envelope.dot for _, envelope in gone])
    # words of rows that are gone stay in the segments of the index until these are merged
    connection.execute(text("INSERT INTO search(search) VALUES ('optimize')"))
