"""What all screens of one run of the app share: the open desk, what was said, what is masked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeAlias, cast

from textual.message_pump import MessagePump

from comity.desk.clock import wall_clock
from comity.settings import Settings
from comity.tui.spans import Line

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.domain.record import Record
    from comity.tui.trip import Trip

Strength: TypeAlias = Literal["line", "notice", "red"]


@dataclass(frozen=True, slots=True)
class Said:
    """One notice of this session: it can be read again until the app is left."""

    at: datetime
    strength: Strength
    text: str


class Held(Protocol):
    """What stands on a page and may be above the ceiling."""

    @property
    def id(self) -> str: ...

    @property
    def marking(self) -> str: ...


class Link(NamedTuple):
    """How this device stands to the others: right of the sections, right in the footer, and there if it is narrow."""

    sections: Line = ()
    footer: Line = ()
    short: Line = ()


@dataclass
class Session:
    """The state that pages share."""

    settings: Settings = field(default_factory=Settings)
    said: list[Said] = field(default_factory=list)
    unmasked: bool = False
    turned: int = 0  # how often `m` was pressed: pages that were read before show too much or too little
    own: set[str] = field(default_factory=set)  # ids of what was written here in a form: no secret to its writer
    preview_as: str = ""
    link: Link = field(default_factory=Link)
    away: dict[str, datetime] = field(default_factory=dict)  # hubs that were not reached, since when
    busy: Line = ()  # what crosses the border now, right in the footer

    def note(self, text: str, strength: Strength) -> Said:
        """Keep what was said."""
        said = Said(wall_clock(), strength, text)
        self.said.append(said)
        return said

    def masks(self, marking: str) -> bool:
        """Whether a record of this marking keeps its place but not its text."""
        from comity.domain.marking import above  # after the first frame

        return not self.unmasked and above(marking, self.settings.screen.ceiling)

    def hides(self, held: Held) -> bool:
        """Whether a record keeps its place but not its text; what its reader wrote in this session stays to be seen."""
        return held.id not in self.own and self.masks(held.marking)


class Host(Protocol):
    """What pages and overlays ask of the app."""

    session: Session
    desk: "Desk"
    ready: bool

    @property
    def typing(self) -> bool:
        """Whether a field of the page takes the keys that type."""

    def say(self, text: str, strength: Strength = "line") -> None:
        """Tell the person what happened."""

    def go(self, place: str) -> None:
        """Open a section, a record, or one of their tabs."""

    def show(self, record: "Record", tab: str = "") -> None:
        """Open the page of a record."""

    def take_back(self, dot: bytes) -> None:
        """Undo one act, whenever it was written."""

    def version(self) -> int:
        """A number that grows with every write."""

    def touched(self, version: int) -> list[tuple[str, str]]:
        """Kind and id of the records that were written to since that version."""

    def depart(self, trip: "Trip") -> None:
        """Begin what crosses the border, in a thread."""

    def arrived(self) -> None:
        """Something came or went: the counts and the page say so."""

    def interrupt(self) -> bool:
        """Stop what crosses the border; whether there was anything."""

    def close(self, then: Callable[[], None] | None = None) -> None:
        """Leave the page on the screen, then do something."""

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do it; a refusal is told, not raised."""

    def written(self) -> None:
        """Something was written here: pages read again."""


def host(of: MessagePump) -> Host:
    """The app that a screen or widget runs in."""
    return cast(Host, of.app)
