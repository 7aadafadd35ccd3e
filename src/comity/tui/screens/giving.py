"""The form of a step: what it takes and why it is taken, filled in as far as today tells; it takes the step itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from comity.desk import asking, stepping
from comity.desk.desk import Desk
from comity.domain.facet import Facet, Shape
from comity.domain.record import Record, facets
from comity.domain.wording import words
from comity.errors import BadInput, ComityError, Problem
from comity.tui import drafts
from comity.tui.deriving import said
from comity.tui.screens.editing import FormPage, Word
from comity.tui.screens.form import FormPane
from comity.tui.session import host
from comity.tui.spans import Line, line, span
from comity.tui.widgets.fields import Field
from comity.tui.widgets.step import Taken

if TYPE_CHECKING:
    from comity.domain.steps import Step

REASON: Final = "reason"
_HAPPENED: Final = ("done", "lifted_at", "issued", "in_force_from", "disclosed_on")  # as a rule at this moment


class StepForm(FormPage):
    """Asks for the fields that a step takes, and for the reason where one is kept."""

    def __init__(self, section: str, chosen: Sequence[Record], step: "Step", taken: Taken) -> None:
        super().__init__(section, type(chosen[0]))
        self.chosen, self.record, self.step, self.how = chosen, chosen[0], step, taken.how
        self._begins: dict[str, str] = {}

    @property
    def _needed(self) -> bool:
        return self.step.needs_reason or self.how == "override"

    def pane_of(self) -> FormPane:
        desk, known = host(self).desk, facets(self.kind)
        self._begins = {name: _first(desk, self.record, name) for name in self.step.takes if name in known}
        made = [Field(name, known[name], text, needed=name in self.step.needs) for name, text in self._begins.items()]
        if self._needed or self.step.grave:
            made.append(Field(REASON, Facet("Reason", self.step.help, Shape.PROSE), "", needed=self._needed))
        return FormPane(self.kind, made, self.record.marking, self.members(), synthetic=self.record.synthetic)

    def members(self) -> tuple[str, ...]:
        return asking.members(host(self).desk, self.record.group)

    def path(self) -> Line:
        names = ", ".join(said(host(self).desk, record) for record in self.chosen[:3])
        return line(span(f"{self._called}  ", "dim"), span(names, "strong bold"))

    @property
    def _called(self) -> str:
        return words(self.step.name.replace("-", " ")).capitalize()

    def write(self, changed: Mapping[str, str]) -> list[Word]:
        """Take the step for each; what one is refused is told, unless it is refused for all."""
        given = {**self._begins, **changed}
        if problems := list(self._problems(given)):
            raise BadInput(f"{self._called}: {problems[0].message}", "", problems)
        reason = given.pop(REASON, "").strip()
        why = {"override": reason} if self.how == "override" else {"reason": reason}
        done: list[str] = []
        refused: list[ComityError] = []
        for record in self.chosen:
            try:
                stepping.do(host(self).desk, record, self.step.name, given=given, **why)
            except ComityError as error:
                refused.append(error)
            else:
                done.append(said(host(self).desk, record))
        if not done:
            raise refused[0]
        return [(f"{self._called}: {', '.join(done)}", "line"), *((error.message, "red") for error in refused)]

    def _problems(self, given: Mapping[str, str]) -> Iterator[Problem]:
        """What cannot be read, and what is needed and not there."""
        for field in self.form.fields:
            text = given.get(field.field, "").strip()
            if field.needed and not text:
                yield Problem(field.field, f"{field.facet.label} is needed")
            elif field.field != REASON:
                wrong = drafts.problem(host(self).desk, self.kind, field.field, text)
                yield from [Problem(field.field, wrong)] if wrong else []


def _first(desk: Desk, record: Record, name: str) -> str:
    """What stands in the field from the start: its value, else today or now where it is what happens now."""
    text, shape = drafts.written(desk, record, name), facets(type(record))[name].shape
    if text or name not in _HAPPENED:
        return text
    return f"{desk.now():%Y-%m-%d %H:%M}" if shape is Shape.MOMENT else desk.today.isoformat()
