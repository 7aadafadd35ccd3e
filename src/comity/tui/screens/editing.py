"""Pages with a form: to edit a record, to add one, to give what a step takes."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Final, TypeAlias

from comity.desk import acting, asking
from comity.desk.placing import Whereto, whereto
from comity.desk.rules import state_fields
from comity.domain.facet import Facet
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, facets, required
from comity.domain.wording import some, words
from comity.errors import Ambiguous, ComityError, NotFound
from comity.tui import drafts
from comity.tui.actions import bindings
from comity.tui.deriving import said
from comity.tui.screens.base import Page, Tab
from comity.tui.screens.form import GROUP, FormPane
from comity.tui.session import Host, Strength, host
from comity.tui.spans import Line, Span, line, span
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.fields import Field

if TYPE_CHECKING:
    from comity.desk.drafting import Opened

_LOOK_UNDER: Final = 2.0
Word: TypeAlias = tuple[str, Strength]


def _fixed(kind: type[Record], name: str) -> str:
    """Why a field cannot be edited: set at creation, or moved by steps only."""
    if facets(kind)[name].fixed:
        return "fixed"
    return "by steps, t" if name in state_fields(kind.noun) else ""


class FormPage(Page):
    """A page with one form."""

    BINDINGS = bindings("form")
    BY_FIELDS = ("choices",)

    def __init__(self, section: str, kind: type[Record]) -> None:
        super().__init__(section)
        self.kind = kind
        self._over = False
        self._begun = False

    def pane_of(self) -> FormPane:
        """The form, made when the page is first shown."""
        raise NotImplementedError

    def write(self, changed: Mapping[str, str]) -> Sequence[Word]:
        """Write what changed, and what to say of it; raises a refusal."""
        raise NotImplementedError

    def members(self) -> tuple[str, ...]:
        """The institutes that will see it."""
        return (host(self).desk.institute,)

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", self.pane_of),)

    @property
    def form(self) -> FormPane:
        return self.query_one(FormPane)

    @property
    def takes_keys(self) -> bool:
        """Whether a field has the cursor; keys wait until then."""
        return self._begun

    def focus_pane(self) -> None:
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        first = next((field for field in self.form.fields if not field.fixed), None)
        if first:
            self.set_focus(first.entry)
        self._begun = True

    def action_save(self) -> None:
        """Write once, say so, and leave; or put each problem under its field."""
        if self._over:
            return
        changed = self.form.changed
        try:
            told = self.write(changed)
        except ComityError as error:
            self.form.refused(error)
        else:
            self._over = True
            host(self).close(partial(self.after, host(self), told))

    def after(self, app: Host, told: Sequence[Word]) -> None:
        """Back where the form was opened: show what was written and say so."""
        app.written()
        for text, strength in told:
            app.say(text, strength)

    def action_revert(self) -> None:
        self.form.revert()

    def action_editor(self) -> None:
        self.form.edit_outside()

    def action_choices(self) -> None:
        if self.form.here:
            self.form.choose(self.form.here)

    def action_back(self) -> None:
        """Leave; asks only if something changed."""
        if not self.form.changed:
            super().action_back()
            return
        count = some(len(self.form.changed), "change")
        title = line(span(f"{count} not written", "strong bold"))
        options = [Option("s", "save", "as ctrl+s does"), Option("d", "drop them"), Option("k", "keep editing")]
        self.app.push_screen(Menu(title, options), self._leave)

    def _leave(self, option: Option | None) -> None:
        if option and option.letter == "s":
            self.action_save()
        elif option and option.letter == "d":
            host(self).close()


class EditPage(FormPage):
    """Changes a record; what moved underneath since it was opened is told and kept."""

    def __init__(self, section: str, record: Record) -> None:
        super().__init__(section, type(record))
        self.record = record
        self._moved: tuple[str, ...] = ()

    def pane_of(self) -> FormPane:
        desk = host(self).desk
        self.opened: Opened = acting.open_record(desk, self.record)
        record = self.opened.record
        made = [
            self._field(name, facet, drafts.written(desk, record, name))
            for name, facet in facets(self.kind).items()
            if name not in ("marking", "synthetic")
        ]
        made.append(Field("group", GROUP, asking.group_name(desk, record.group), fixed="fixed"))
        made += [
            Field(name, facets(self.kind)[name], drafts.written(desk, record, name))
            for name in ("marking", "synthetic")
        ]
        self.set_interval(_LOOK_UNDER, self._look_under)
        return FormPane(self.kind, made, record.marking, self.members(), synthetic=record.synthetic)

    def _field(self, name: str, facet: Facet, text: str) -> Field:
        return Field(name, facet, text, fixed=_fixed(self.kind, name), needed=required(self.kind, name))

    def path(self) -> Line:
        called = said(host(self).desk, self.record)
        noun = words(self.kind.noun).capitalize()
        return (span(f"{noun}  ", "dim"), span(called, "strong bold"), span("   edit", "dim"))

    def members(self) -> tuple[str, ...]:
        return asking.members(host(self).desk, self.record.group)

    def write(self, changed: Mapping[str, str]) -> list[Word]:
        saved = acting.save(host(self).desk, self.opened, changed)
        called = said(host(self).desk, saved.record)
        host(self).session.own.add(saved.record.id)
        told: list[Word] = [(f"Saved {called}, {some(len(changed), 'field')}{_kept_off(self, saved.record)}", "line")]
        for name in saved.moved:
            label = facets(self.kind)[name].label
            told.append((f"{label} of {called} was changed meanwhile: both values are kept. g c settles it.", "notice"))
        return told

    def _look_under(self) -> None:
        now = acting.open_record(host(self).desk, self.record)
        self._moved = acting.moved(self.opened, now, facets(self.kind))
        if not self._moved:
            return
        labels = ", ".join(facets(self.kind)[name].label for name in self._moved)
        by = now.record.updated_by
        self.form.underneath = line(
            Span("⇄ ", "violet"),
            span(f"{labels} changed underneath ({by}). "),
            Span("F6", "accent bold"),
            span(" see, yours is untouched", "dim"),
        )
        self.form.tell_all()

    def action_underneath(self) -> None:
        """What others wrote since the form was opened."""
        desk = host(self).desk
        now = acting.open_record(desk, self.record).record
        told = [
            f"{facets(self.kind)[name].label}: {drafts.written(desk, now, name) or 'empty'}" for name in self._moved
        ]
        host(self).say("Theirs: " + " · ".join(told) if told else "Nothing changed underneath.", "notice")


class NewPane(FormPane):
    """The form of a new record: group and marking show what is taken where they are left empty."""

    def __init__(self, kind: type[Record], fields: Sequence[Field], whither: Whereto, *, synthetic: bool) -> None:
        super().__init__(kind, fields, whither.marking, whither.members, synthetic=synthetic)
        self._whither = whither
        self._asked: tuple[str, ...] = ()

    def tell_all(self) -> None:
        self._follow()
        super().tell_all()

    def _follow(self) -> None:
        """Look up again where the record goes, if a field that decides it changed."""
        texts = {each.field: each.text for each in self.fields}
        asked = tuple(texts.get(name, "") for name in (self.kind.parent_field, "exercise", "group"))
        if asked != self._asked:
            self._asked = asked
            with suppress(NotFound, Ambiguous):
                self._whither = whereto(host(self).desk, self.kind, texts, texts["group"])
        self._marking, self._members = self._whither.marking, self._whither.members
        for field in self.fields:
            if field.field in ("group", "marking"):
                field.usually(getattr(self._whither, field.field))


class NewPage(FormPage):
    """Adds a record; without a group it takes that of its parent."""

    def __init__(
        self, section: str, noun: str, given: Mapping[str, str], *, group: str = "", above: Record | None = None
    ) -> None:
        super().__init__(section, BY_NOUN[noun])
        self.given, self.group, self.above = dict(given), group, above

    def pane_of(self) -> FormPane:
        made = [
            Field(name, facet, self.given.get(name, ""), needed=required(self.kind, name))
            for name, facet in facets(self.kind).items()
            if name not in ("marking", "synthetic") and not (name == self.kind.code_field and self.kind.label_prefix)
        ]
        made.append(Field("group", GROUP, self.group))
        synthetic = bool(self.above and self.above.synthetic)
        made.append(Field("marking", facets(self.kind)["marking"], ""))
        made.append(Field("synthetic", facets(self.kind)["synthetic"], "yes" if synthetic else "no"))
        whither = whereto(host(self).desk, self.kind, self.given, self.group)
        return NewPane(self.kind, made, whither, synthetic=synthetic)

    def path(self) -> Line:
        return (span(f"{words(self.kind.noun).capitalize()}  ", "dim"), Span("new", "strong bold"))

    def write(self, changed: Mapping[str, str]) -> list[Word]:
        raw = {**self.given, **changed}
        group, marking = raw.pop("group", "") or self.group, raw.pop("marking", "")
        record = acting.add(host(self).desk, self.kind.noun, raw, group=group, marking=marking)
        host(self).session.own.add(record.id)
        return [(f"Added {said(host(self).desk, record)}{_kept_off(self, record)}", "line")]


def _kept_off(page: Page, record: Record) -> str:
    """What to say of a marking above the ceiling: its writer sees the record only in this session."""
    masked = host(page).session.masks(record.marking)
    return f"; {record.marking} is kept off screen after this session: m shows it" if masked else ""
