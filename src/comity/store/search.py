"""The full-text index."""

from typing import Final

from sqlalchemy import Connection, text

from comity.domain.kinds import BY_NOUN
from comity.domain.text import fold

MANY: Final = 1_000  # hits that are ranked; of more, ranking all would take longer than the next key

_COUNT: Final = text("SELECT count(*) FROM (SELECT 1 FROM search WHERE search MATCH :words LIMIT :most)")
_FIND: Final = (
    "SELECT record.kind, record.no, snippet(search, 1, '', '', '…', 12)"
    " FROM search JOIN record ON record.no = search.rowid WHERE search MATCH :words ORDER BY {order} LIMIT :limit"
)
_RANKED: Final = text(_FIND.format(order="bm25(search, 8.0, 1.0)"))
_NEWEST: Final = text(_FIND.format(order="search.rowid DESC"))

Found = list[tuple[str, int, str]]


def find(connection: Connection, words: str, limit: int) -> Found:
    """(kind, row number, piece of text) of the records that hold every word, the last one perhaps unfinished.

    The best come first; where a word is so common that ranking says nothing, those named by it, and then the newest.
    """
    asked = " ".join(f'"{word}"*' for word in fold(words).replace('"', " ").replace("\x00", " ").split())
    if not asked:
        return []
    if connection.execute(_COUNT, {"words": asked, "most": MANY}).scalar_one() < MANY:
        rows = connection.execute(_RANKED, {"words": asked, "limit": limit}).all()
    else:
        titled = connection.execute(_NEWEST, {"words": f"title : ({asked})", "limit": limit}).all()
        newest = connection.execute(_NEWEST, {"words": asked, "limit": limit}).all()
        rows = list({row.no: row for row in (*titled, *newest)}.values())[:limit]
    return [(noun, no, piece) for noun, no, piece in rows if noun in BY_NOUN]
