"""The full-text index."""

from sqlalchemy import Connection, text

from comity.domain.kinds import BY_NOUN
from comity.domain.text import fold

_FIND = text(
    "SELECT record.kind, record.no, snippet(search, 1, '', '', '…', 12)"
    " FROM search JOIN record ON record.no = search.rowid WHERE search MATCH :words"
    " ORDER BY bm25(search, 8.0, 1.0) LIMIT :limit"
)


def find(connection: Connection, words: str, limit: int) -> list[tuple[str, int, str]]:
    """(kind, row number, piece of text) of the records that hold every word, the last one perhaps unfinished."""
    asked = " ".join(f'"{word}"*' for word in fold(words).replace('"', " ").replace("\x00", " ").split())
    if not asked:
        return []
    rows = connection.execute(_FIND, {"words": asked, "limit": limit})
    return [(noun, no, piece) for noun, no, piece in rows if noun in BY_NOUN]
