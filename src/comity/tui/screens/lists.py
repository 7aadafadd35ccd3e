"""The lists of the sections: which columns each kind shows and when they leave, the order, checks as signs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from comity.desk import checking
from comity.domain.checks.check import SEVERITIES, Check
from comity.domain.record import Record
from comity.domain.wording import words
from comity.tui.deriving import Records
from comity.tui.glyphs import sign
from comity.tui.screens.lines import NARROW, kept_off
from comity.tui.screens.records import ListPane
from comity.tui.screens.sheet import summary
from comity.tui.session import Session, host
from comity.tui.spans import Line, span
from comity.tui.widgets.source import Column, Row, Source

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.window import Window


class Layout(NamedTuple):
    """The columns of a list by field, and the order it opens with."""

    columns: Mapping[str, Column]
    order: tuple[str, ...] = ()


def _wide(label: str, width: int = 20) -> Column:
    return Column(label, width, grows=True)


LAYOUTS: Final[Mapping[str, Layout]] = {
    "exercise": Layout(
        {
            "code": Column("code", 12),
            "status": Column("status", 12),
            "title": _wide("title", 24),
            "kind": Column("kind", 13, 3),
            "window_start": Column("starts", 10, 2),
            "window_end": Column("ends", 10),
            "lead": Column("lead", 9, 1),
        },
        ("-window_end",),
    ),
    "secondment": Layout(
        {
            "label": Column("term", 5),
            "person": _wide("person", 19),
            "home": Column("home", 9),
            "host": Column("host", 9),
            "status": Column("status", 16),
            "start": Column("from", 10, 2),
            "end": Column("to", 10, 1),
            "type": Column("type", 18, 3),
        },
        ("label",),
    ),
    "position": Layout(
        {
            "title": _wide("post", 20),
            "exercise": Column("exercise", 14, 1),
            "status": Column("status", 12),
            "start": Column("from", 7),
            "end": Column("to", 7),
            "language": Column("lang", 4, 2),
            "vetting": Column("vetting", 9, 3),
        },
        ("start",),
    ),
    "leave": Layout(
        {
            "person": _wide("person", 20),
            "start": Column("from", 10),
            "end": Column("to", 10),
            "remark": Column("remark", 20, 1),
        },
        ("start",),
    ),
    "finding": Layout(
        {
            "label": Column("no.", 4),
            "exercise": Column("exercise", 12),
            "statement": _wide("statement", 22),
            "kind": Column("kind", 12, 2),
            "status": Column("status", 11),
            "severity": Column("severity", 10, 1),
            "embargo_until": Column("embargo", 10, 3),
        },
        ("status", "-updated_at", "label"),
    ),
    "action": Layout(
        {
            "label": Column("no.", 4),
            "text": _wide("what is to do", 34),
            "owner": Column("owner", 9),
            "due": Column("due", 10),
            "status": Column("status", 12),
            "verified_by": Column("verified", 9, 2),
        },
        ("due",),
    ),
    "guidance": Layout(
        {"title": _wide("title", 34), "status": Column("status", 12), "issued": Column("issued", 10)},
        ("status", "-issued"),
    ),
    "lesson": Layout(
        {
            "text": _wide("what to do otherwise", 34),
            "exercise": Column("from", 18, 1),
            "carried_to": Column("to", 12, 2),
        }
    ),
    "stand_down": Layout(
        {
            "label": Column("no.", 5),
            "subject": Column("subject", 14),
            "status": Column("status", 8),
            "issued_at": Column("issued", 16),
            "lifted_at": Column("lifted", 16, 2),
            "reason": _wide("reason", 16),
        },
        ("-issued_at",),
    ),
    "system": Layout(
        {
            "name": Column("system", 14),
            "developer": Column("developer", 13, 1),
            "checkpoint": Column("checkpoint", 18, 2),
            "safeguard_state": _wide("safeguards", 18),
            "access": Column("access", 13),
        },
        ("name",),
    ),
    "suite": Layout({"name": _wide("suite", 20), "version": Column("version", 10), "source": Column("source", 30, 1)}),
    "task": Layout(
        {
            "title": _wide("task", 16),
            "name": Column("name in logs", 16, 3),
            "task_version": Column("version", 7),
            "items": Column("items", 5, align="right"),
            "languages": Column("languages", 20, 1),
            "translation": Column("translation", 13),
            "suite": Column("suite", 14, 2),
        },
        ("title",),
    ),
    "access_window": Layout(
        {
            "system": _wide("system", 20),
            "institute": Column("institute", 10),
            "opens": Column("opens", 10),
            "closes": Column("closes", 10),
        },
        ("closes",),
    ),
    "agreement": Layout(
        {
            "title": _wide("title", 24),
            "kind": Column("kind", 10, 1),
            "status": Column("status", 11),
            "parties": Column("parties", 20, 2),
            "expires_on": Column("expires", 10),
        },
        ("title",),
    ),
    "institute": Layout(
        {
            "code": Column("code", 10),
            "name": _wide("name", 30),
            "country": Column("country", 7),
            "time_zone": Column("time zone", 18, 1),
            "valid_to": Column("until", 10, 2),
        },
        ("code",),
    ),
}


NOTHING: Final[Mapping[str, tuple[str, ...]]] = {  # a sentence, then keys with what they do
    "exercise": ("No exercise yet. ", "n", " plans one, ", "I", " reads a plan or a bundle."),
    "secondment": ("Nobody is on loan. ", "n", " drafts a secondment."),
    "position": ("No post is open. ", "n", " posts a position."),
    "leave": ("Nobody is on leave. ", "n", " enters leave; it blocks assignments."),
    "finding": ("No finding yet. ", "n", " writes one."),
    "action": ("No action is due. ", "n", " adds one, from a finding."),
    "stand_down": ("Nothing is stood down. ", "n", " issues a stand-down."),
}


class CheckedRecords(Records):
    """Rows of records; what a check says of one stands in front of it as its sign."""

    def __init__(
        self, desk: "Desk", window: "Window", names: Sequence[str], session: Session, checks: Mapping[str, Check]
    ) -> None:
        super().__init__(desk, window, names, session)
        self._checks = checks

    def _row(self, record: Record, texts: Mapping[str, str]) -> Row:
        row = super()._row(record, texts)
        worst = self._checks.get(record.id)
        if row.sign or row.masked or worst is None:
            return row
        return Row(
            row.key, row.cells, (sign(worst.severity),), marking=row.marking, synthetic=row.synthetic, value=record
        )


class CheckedPane(ListPane):
    """A list in its own layout, with the checks on its records."""

    def __init__(self, noun: str, within: str = "", filter: str = "") -> None:  # noqa: A002
        self.layout_of = LAYOUTS.get(noun, Layout({}))
        super().__init__(noun, within, names=tuple(self.layout_of.columns), filter=filter)
        self._checks: dict[str, list[Check]] = {}

    def columns(self) -> Sequence[Column]:
        return tuple(self.layout_of.columns.values()) or super().columns()

    def _usual_order(self) -> tuple[str, ...]:
        return self.layout_of.order or super()._usual_order()

    def source(self) -> Source:
        self.table.gap = 2 if self.app.size.width >= NARROW else 1
        self._checks = {}
        for check in checking.checks(host(self).desk):
            self._checks.setdefault(check.id, []).append(check)
        worst = {id: found[0] for id, found in self._checks.items() if found[0].severity != SEVERITIES[-1]}
        return CheckedRecords(host(self).desk, self._window, self.names, host(self).session, worst)

    def aside(self) -> Sequence[Line]:
        record = self.current()
        if record is None:
            return ()
        if host(self).session.hides(record):
            return kept_off(words(self.kind.noun))
        return summary(host(self).desk, record, self._checks.get(record.id, ()))

    def nothing(self) -> list[Line]:
        said = NOTHING.get(self.noun, ())
        if self.asked or not said:
            return super().nothing()
        return [tuple(span(part, "accent bold" if len(part) == 1 else "") for part in said)]
