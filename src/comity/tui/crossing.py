"""What crosses the border of this device, from any page: sync, bundles, files, releases, looking as a partner."""

from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from comity.errors import ComityError
from comity.tui.everywhere import Everywhere
from comity.tui.spans import Span, line, span

if TYPE_CHECKING:
    from comity.tui.trip import Trip

_TICK: Final = 0.1


class Crossing(Everywhere):
    """The part of the app behind the keys S B I R and v, and what is under way because of them."""

    def __init__(self) -> None:
        super().__init__()
        self._trip: Trip | None = None
        self._ticks: Timer | None = None
        self._asked: object = None  # the question that a person sees now
        self._linked_at: tuple[int, ...] = ()

    # how this device stands to the others

    def tell_link(self) -> None:
        """Read anew how this device stands to the others."""
        from comity.tui.linking import link

        self._linked_at = self.desk.store.database.pulse()
        self.session.link = link(self.desk, self.session.away)

    def look(self) -> None:
        """What another process wrote or exchanged is counted on every page, and on it if it tells of carriers."""
        if self.desk.store.database.pulse() != self._linked_at:
            self.arrived()
        super().look()

    def arrived(self) -> None:
        """Something came or went: the counts and the page say so."""
        self.tell_link()
        if self.page:
            self.page.arrived()

    # what is under way

    def depart(self, trip: "Trip") -> None:
        """Begin what crosses the border, in a thread; one at a time."""
        if self._trip:
            self.say(f"{self._trip.what.capitalize()} is under way; esc stops it.")
            return
        self._trip = trip
        trip.begin()
        self._ticks = self.set_interval(_TICK, self._tick)
        self._far(trip)

    def interrupt(self) -> bool:
        """Stop what is under way; whether there was anything that was not stopped yet."""
        if self._trip is None or self._trip.stopping:
            return False
        self._trip.stop()
        self._far(self._trip)
        return True

    def on_unmount(self) -> None:
        """The app ends: nobody looks or answers any more."""
        if self._trip:
            self._trip.stop()

    def _tick(self) -> None:
        """Look how far it is: the thread never touches the screen."""
        trip = self._trip
        if trip is None:
            return
        if trip.over:
            self._ended(trip)
        elif trip.question and trip.question is not self._asked:
            self._ask(trip)
        else:
            self._far(trip)

    def _far(self, trip: "Trip") -> None:
        stops = () if trip.stopping else (span("  esc", "accent bold"), span(" stops", "dim"))
        self.session.busy = (Span("⇅ ", "accent"), span(trip.said), *stops)
        if self.page:
            self.page.show_link()

    def _ended(self, trip: "Trip") -> None:
        self._trip, self._asked, self.session.busy = None, None, ()
        if self._ticks:
            self._ticks.stop()
        if trip.done:
            trip.then(trip.result)
            return
        self.arrived()
        if isinstance(trip.error, ComityError):
            self.refuse(trip.error)
        elif trip.error:
            raise trip.error
        if trip.stopping:
            self.say(f"{trip.what.capitalize()} stopped: what came and went until then stays, the next goes on there.")

    def _ask(self, trip: "Trip") -> None:
        """What only a person may let in, such as a change of much at once."""
        from comity.tui.screens.outgoing import TypeCode

        self._asked = change = trip.question
        if change is None:
            return
        told = [
            line(span(f"{change.message[:1].upper()}{change.message[1:]}.")),
            line(span("esc leaves it as it is.", "dim")),
        ]
        title = line(span(change.title, "strong bold"))
        self.push_screen(TypeCode(title, told, "yes", does="let it in"), lambda typed: trip.answer(typed is not None))

    # keys

    @property
    def _here(self) -> str:
        return self.page.section if self.page else "sharing"

    def action_sync(self) -> None:
        """Sync with every hub."""
        from comity.tui import rounds

        if self.ready:
            self.attempt(lambda: rounds.start(self, self._here))

    def action_bundle(self) -> None:
        """Write a bundle for somebody."""
        from comity.tui import parcels

        if self.ready:
            self.attempt(lambda: parcels.write(self, self._here))

    def action_read(self) -> None:
        """Bring a file in."""
        from comity.desk.carriers import courier
        from comity.tui.arrivals import AskPath, read

        def go_on(typed: str | None) -> None:
            if typed:
                self.attempt(lambda: read(self, typed))

        if self.ready:
            self.push_screen(AskPath(next((str(path) for path in courier.waiting(self.desk)), "")), go_on)

    def action_release(self) -> None:
        """Say with which command a copy is released: it names the fields that may leave."""
        from comity.tui.deriving import said

        record = self.page.pane.current() if self.page and self.page.pane else None
        ref = said(self.desk, record) if record is not None and not self.session.hides(record) else "REF"
        self.say(f"A tearline copy for others: `comity tearline {ref} --to GROUP --fields A,B`", "notice")

    def action_preview(self) -> None:
        """Look at what a partner holds."""
        from comity.tui import looking

        if self.ready:
            looking.choose(self, self._here)
