"""Words in the titles, texts and notes of all that this device holds."""

from dataclasses import dataclass

from comity.desk import names
from comity.desk.desk import Desk
from comity.domain.kinds import BY_NOUN
from comity.domain.text import fold
from comity.store import reading, search


@dataclass(frozen=True)
class Hit:
    """A record that was found, and the place in its text."""

    kind: str
    id: str
    ref: str
    title: str
    snippet: str
    group: str
    marking: str


def find_words(desk: Desk, words: str, limit: int = 50) -> list[Hit]:
    """The records that hold all the words, or words that start so; the best first."""
    if not fold(words).split():
        return []
    with desk.store.reading() as connection:
        hits = []
        for noun, no, snippet in search.find(connection, words, limit):
            record = reading.by_number(connection, BY_NOUN[noun], no)
            if record is not None:
                short = names.short(connection, record)
                hits.append(Hit(noun, record.id, short, names.name(record), snippet, record.group, record.marking))
        return hits
