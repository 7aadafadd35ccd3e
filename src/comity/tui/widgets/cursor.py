"""A view over the rows of a source, with a cursor that keeps to its record and is always in sight."""

from collections.abc import Iterator

from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView

from comity.tui.widgets.source import Listed, Row, Seen, Source


class CursorView(ScrollView, can_focus=True):
    """Which rows are on the screen and which one the cursor is on; drawing is left to others."""

    DEFAULT_CSS = "CursorView { overflow-x: hidden; scrollbar-size-vertical: 1; }"

    cursor: reactive[int] = reactive(0, repaint=False)

    class Moved(Message, namespace="table"):
        """The cursor is on another line, or other rows are on the screen."""

    def __init__(self, source: Source | None = None, *, id: str = "") -> None:
        super().__init__(id=id or None)
        self.changed: set[str] = set()  # ids of records whose lines have news; a key names one among its words
        self._seen = Seen(source or Listed())
        self._key = ""

    @property
    def head_height(self) -> int:
        """The lines that stay at the top."""
        return 0

    @property
    def source(self) -> Source:
        return self._seen.source

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._seen.row(self.cursor)

    def on_mount(self) -> None:
        self.show(self.source)

    def show(self, source: Source, at: str = "") -> None:
        """Show another source; the cursor stays on the record it was on, or goes to the one asked for."""
        self._seen = Seen(source)
        self._settle(at or self._key)

    @property
    def key(self) -> str:
        """The key of the row under the cursor."""
        return self._key

    def stand_on(self, key: str) -> None:
        """Put the cursor on a row, now or as soon as it is read."""
        self._key = key
        if self.source.index_of(key) is not None:
            self._settle(key)

    def reread(self) -> None:
        """Read the rows again: other values, other places; the cursor keeps its record."""
        self.changed.clear()
        self._seen.forget()
        self._settle(self._key)

    def touch(self) -> None:
        """Draw the same rows again, read afresh, without moving anything."""
        self._seen.forget()
        self.refresh()

    def rows_shown(self) -> Iterator[Row]:
        """The rows on the screen now."""
        top = round(self.scroll_y)
        for index in range(top, min(self._seen.count, top + self._room)):
            row = self._seen.row(index)
            if row:
                yield row

    @property
    def _room(self) -> int:
        return max(1, self.size.height - self.head_height)

    def _settle(self, key: str) -> None:
        self.virtual_size = Size(self.size.width, self._seen.count + self.head_height)
        place = self.source.index_of(key) if key else None
        self.set_reactive(CursorView.cursor, self._resting(self.cursor if place is None else place, 1))
        self._keep()
        self.refresh()

    def _keep(self) -> None:
        row = self.current
        self._key = row.key if row else ""
        self._follow()
        self.post_message(self.Moved())

    def _resting(self, index: int, way: int) -> int:
        """The nearest place, first this way and then the other, where the cursor may stop."""
        index = min(max(index, 0), max(0, self._seen.count - 1))
        for step in (way, -way):
            at = index
            while (row := self._seen.row(at)) is not None:
                if row.rests:
                    return at
                at += step
        return index

    def move(self, to: int, way: int = 0) -> None:
        """Put the cursor on a line, or the nearest one where it may stop."""
        self.cursor = self._resting(to, way or (1 if to >= self.cursor else -1))

    def watch_cursor(self, old: int, new: int) -> None:
        if old == new:
            return
        for index in (old, new):
            self._repaint(index)
        self._keep()

    def _repaint(self, index: int) -> None:
        self.refresh(Region(0, index - round(self.scroll_y) + self.head_height, self.size.width, 1))

    def _follow(self) -> None:
        """Scroll as little as needed to see the cursor; headings above the first line come along."""
        top, room = round(self.scroll_y), self._room
        first = 0 if self.cursor and not self._any_resting_before(self.cursor) else self.cursor
        if first < top:
            self.scroll_to(y=first, animate=False, immediate=True)
        elif self.cursor >= top + room:
            self.scroll_to(y=self.cursor - room + 1, animate=False, immediate=True)

    def _any_resting_before(self, index: int) -> bool:
        rows = (self._seen.row(place) for place in range(max(0, index - 3), index))
        return index > 3 or any(row.rests for row in rows if row)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.refresh()
            self.post_message(self.Moved())

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, self._seen.count + self.head_height)
        self._follow()
