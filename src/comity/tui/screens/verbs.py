"""What can be done to records from any page that shows them: edit, add, step, note, retire, copy, look back."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from comity.desk import acting, asking, stepping, telling
from comity.domain.lifecycles.table import STEPS
from comity.domain.record import Record, encode
from comity.domain.wording import listed, words
from comity.errors import ComityError
from comity.tui.deriving import said
from comity.tui.refusals import sentences
from comity.tui.screens import making
from comity.tui.screens.base import Page
from comity.tui.screens.editing import EditPage, NewPage
from comity.tui.screens.giving import StepForm
from comity.tui.screens.past import HistoryPage
from comity.tui.screens.prose import ProsePane
from comity.tui.session import host
from comity.tui.spans import line, span
from comity.tui.widgets.choice import Option, copy
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.step import Offered, Step, Taken

if TYPE_CHECKING:
    from comity.domain.steps import Step as StepOfKind

_ON_RECORDS: Final = ("edit", "note", "history", "retire", "copy")
_WAIVES: Final = ("waive",)
_ASSIGNS: Final = ("own", "fill", "assign", "nominate")
_DECIDES: Final = ("accept", "void", "review", "accept-deviation", "concur", "reserve", "object")
_STEPS: Final[Mapping[str, Sequence[str]]] = {"step": (), "waive": _WAIVES, "assign": _ASSIGNS, "decide": _DECIDES}


class Verbs(Page):
    """A page whose keys act on the record under the cursor, or on all that are marked."""

    def _chosen(self) -> list[Record]:
        return [record for record in (self.pane.chosen() if self.pane else []) if isinstance(record, Record)]

    def _one(self) -> Record | None:
        current = self.pane.current() if self.pane else None
        if isinstance(current, Record):
            return current
        host(self).say("No record here to do that with.")
        return None

    def can(self, action: str) -> bool:
        """Verbs of a record need one under the cursor, and steps of that name."""
        if action in _ON_RECORDS or action in _STEPS:
            current = self.pane.current() if self.pane else None
            if not isinstance(current, Record):
                return False
            if action in _STEPS:
                names = {step.name for step in STEPS.get(current.noun, ())}
                return bool(names.intersection(_STEPS[action] or names))
        return super().can(action)

    # write

    def action_edit(self) -> None:
        if record := self._one():
            self.app.push_screen(EditPage(self.section, record))

    def action_new(self) -> None:
        """A new record of the kind that the list shows, or of one that is chosen."""
        if noun := getattr(self.pane, "noun", ""):
            self.make(noun)
        else:
            making.choose_any(self)

    def make(self, noun: str) -> None:
        """The form of a new record of this kind, made here."""
        making.start(self, noun, self.places())

    def places(self) -> Sequence[Record]:
        """What a new record here refers to from the start."""
        return ()

    def action_note(self) -> None:
        if record := self._one():
            name = asking.ref(host(self).desk, record)
            group = asking.group_name(host(self).desk, record.group)
            self.app.push_screen(NewPage(self.section, "note", {"subject": name}, group=group))

    def action_retire(self) -> None:
        chosen = self._chosen() or [*filter(None, [self._one()])]
        if not chosen:
            return
        title = line(span("Retire  ", "strong bold"), span(self._called(chosen)))
        told = [
            line(span("Out of every list; the history is kept, and what refers to it stays.", "dim")),
            line(span("Partners see it at the next sync.", "dim")),
        ]
        self.app.push_screen(Confirm(title, told, does="retire", tries=partial(self._retire, chosen)))

    def _retire(self, chosen: Sequence[Record], reason: str) -> str:
        return self._each(chosen, lambda record: acting.retire(host(self).desk, record, reason), "Retired")

    def _each(self, chosen: Sequence[Record], act: Callable[[Record], Any], done: str) -> str:
        """Do it to all; each one that is refused is told. Why, where it is refused for every one."""
        app = host(self)
        made: list[Record] = []
        refused: list[str] = []
        for record in chosen:
            try:
                act(record)
            except ComityError as error:
                refused.append(sentences(error))
            else:
                made.append(record)
        if not made:
            return " ".join(dict.fromkeys(refused))
        for why in refused:
            app.say(why, "red")
        app.say(f"{done} {self._called(made)}")
        app.written()
        return ""

    def _called(self, chosen: Sequence[Record]) -> str:
        first = ", ".join(said(host(self).desk, record) for record in chosen[:3])
        return first if len(chosen) <= 3 else f"{first} and {len(chosen) - 3} more"

    # steps

    def action_step(self) -> None:
        self._offer(())

    def action_waive(self) -> None:
        self._offer(_WAIVES)

    def action_assign(self) -> None:
        self._offer(_ASSIGNS)

    def action_decide(self) -> None:
        self._offer(_DECIDES)

    def _offer(self, only: Sequence[str]) -> None:
        """The steps of the record under the cursor; of several marked ones, what the first one could do."""
        chosen = self._chosen() or [*filter(None, [self._one()])]
        if not chosen:
            return
        offers = stepping.offers(host(self).desk, chosen[0])
        if only:
            offers = [offer for offer in offers if offer.step.name in only]
        if not offers:
            host(self).say(f"There is no such step for {self._called(chosen[:1])}")
            return
        if not any(offer.allowed or offer.obstacles for offer in offers):
            host(self).say(_why_none(self._called(chosen[:1]), offers))
            return
        title = line(span("Step  ", "strong bold"), span(self._called(chosen)))
        self.app.push_screen(Step(title, [*map(self._offered, offers)]), partial(self._taken, chosen))

    def _offered(self, offer: stepping.Offer) -> Offered:
        step = offer.step
        leads = f"to {words(step.target)}" if step.target else ""
        stands = tuple(f"{said(host(self).desk, each.record)}: {each.why}" for each in offer.obstacles)
        why = offer.why or (f"{len(stands)} stand in the way" if stands else step.help)
        return Offered(step.name, leads, offer.allowed, why, stands, may_override=bool(stands) and not offer.why)

    def _taken(self, chosen: Sequence[Record], taken: Taken | None) -> None:
        if taken is None:
            return
        step = stepping.named(chosen[0].noun, taken.name)
        if step.takes:
            self.app.push_screen(StepForm(self.section, chosen, step, taken))
        elif step.needs_reason or step.grave or taken.how == "override":
            self._ask_reason(chosen, step, taken)
        elif refused := self._do(chosen, step, taken, ""):
            host(self).say(refused, "red")

    def _ask_reason(self, chosen: Sequence[Record], step: "StepOfKind", taken: Taken) -> None:
        title = line(span(f"{words(step.name).capitalize()}  ", "strong bold"), span(self._called(chosen)))
        told = [line(span(step.help, "dim"))] if step.help else []
        needed = step.needs_reason or taken.how == "override"
        tries = partial(self._do, chosen, step, taken)
        self.app.push_screen(Confirm(title, told, needed=needed, does=step.name, tries=tries))

    def _do(self, chosen: Sequence[Record], step: "StepOfKind", taken: Taken, reason: str) -> str:
        desk = host(self).desk
        why = {"override": reason} if taken.how == "override" else {"reason": reason}
        return self._each(
            chosen,
            lambda record: stepping.do(desk, record, step.name, given={}, **why),
            f"{words(step.name).capitalize()}:",
        )

    # look, copy

    def action_history(self) -> None:
        if record := self._one():
            self.app.push_screen(HistoryPage(self.section, record))

    def action_copy(self) -> None:
        if isinstance(self.pane, ProsePane):
            self.pane.copy_text()
            return
        record = self._one()
        if record is None:
            return
        name = asking.ref(host(self).desk, record)
        noun = record.noun.replace("_", "-")
        options = [
            Option("t", "as text", "every field, one a line", self._as_text(record)),
            Option("j", "as JSON", "as the commands print it", self._as_json(record)),
            Option("r", "reference", name, name),
            Option("i", "id", record.id, record.id),
            Option("l", "command line", f"comity {noun} show {name}", f"comity {noun} show {name}"),
        ]
        self.app.push_screen(copy((span(self._called([record])),), options), self._copied)

    def _as_text(self, record: Record) -> str:
        from comity.tui.screens.sheet import whole

        return "\n".join("".join(part.text for part in spans) for spans in whole(host(self).desk, record))

    def _as_json(self, record: Record) -> str:
        return json.dumps(telling.as_json(host(self).desk, record), indent=2, ensure_ascii=False, default=encode)

    def _copied(self, option: Option | None) -> None:
        if option:
            self.app.copy_to_clipboard(str(option.answer))
            host(self).say(f"Copied {option.label}")


def _why_none(called: str, offers: Sequence[stepping.Offer]) -> str:
    """Why no step is possible: the state that the record is in, and the one that the step would begin from."""
    state = offers[0].why.partition("; ")[0]
    names = listed([offer.step.name for offer in offers], "or")
    return f"{called}: {offers[0].why}." if len(offers) == 1 else f"{called}: {state}; no {names} from there."
