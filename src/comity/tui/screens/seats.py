"""The seats of a group: who stands in which role, who was revoked; admitting and revoking after their previews."""

from collections.abc import Iterator, Sequence
from functools import partial

from comity.desk.carriers import partners
from comity.desk.carriers.partners import Partner
from comity.desk.members import membership, revoking, seats
from comity.desk.members.foretelling import admission_lines, revocation_lines
from comity.desk.members.groups import NAME_MARKING
from comity.desk.members.membership import Admission
from comity.desk.members.revoking import RevocationPreview
from comity.desk.members.seats import GroupSeat
from comity.domain.text import cut
from comity.domain.when import show_age, show_moment
from comity.domain.wording import between
from comity.errors import ComityError
from comity.log.acts import Role
from comity.tui.actions import bindings
from comity.tui.glyphs import sign
from comity.tui.refusals import sentences
from comity.tui.screens.base import Page, Tab
from comity.tui.screens.lines import LinesPane
from comity.tui.screens.outgoing import FINAL, TypeCode
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, keyed, line, pair, span
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.source import Column, Row

_FEW = 8
_WIDE = 230  # cells of one sentence: three lines of a small screen
_MAY = {
    Role.READER: "reads everything, writes nothing",
    Role.EDITOR: "reads and writes",
    Role.ADMIN: "also admits devices of its institute",
    Role.CHAIR: "also admits institutes",
}


class AskDevice(Confirm):
    """Asks which device is admitted."""

    LABEL = "card or name"

    def wrong(self, typed: str) -> str:
        return "" if typed else "Name a file with a card, a card, or a device that is known here."


class SeatsPane(LinesPane):
    """A line for each place in the tree of a group, from the root down."""

    BINDINGS = bindings("list", "seats")
    LIVE = True
    COLUMNS = (
        Column("institute", 10),
        Column("device", 18, grows=True),
        Column("role", 7),
        Column("state", 8),
        Column("lacks", 6, 1, "right"),
        Column("last word", 9, align="right"),
        Column("admitted by", 22, 2),
    )
    HINTS = ("admit", "revoke", "back")

    def __init__(self, group: str, name: str) -> None:
        super().__init__()
        self.group, self.group_name = group, name
        self._holds: dict[str, Partner] = {}

    def read(self) -> Iterator[Row]:
        desk = host(self).desk
        self._holds = {each.device: each for each in partners.partners(desk, self.group)}
        for each in seats.places(desk, self.group):
            yield self._row(each)

    def _row(self, each: GroupSeat) -> Row:
        held = self._holds.get(each.device)
        age = show_age(between(each.last_word, host(self).desk.clock())) if each.last_word else ""
        cells = (
            line(span(each.institute, "bold")),
            line(_called(each), span("  this device" if each.own else "", "dim")),
            line(each.role),
            line(span("stands" if each.standing else "revoked", "" if each.standing else "amber")),
            line(span(f"{held.lacks:,}" if held and held.lacks else "", "dim")),
            line(span(age, "dim")),
            line(span(each.above, "dim")),
        )
        mark = sign("heard" if each.own or each.last_word else "planned")
        return Row(
            each.seat, cells, sign=(mark if each.standing else sign("cancelled"),), marking=NAME_MARKING, value=each
        )

    def _place(self) -> GroupSeat | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, GroupSeat) else None

    def enter(self) -> None:
        """A place has no page of its own: the panel tells all of it."""

    def aside(self) -> Sequence[Line]:
        each = self._place()
        if each is None:
            return ()
        today, held = host(self).desk.today, self._holds.get(each.device)
        since, last = (show_moment(at, today) if at else "" for at in (each.since, each.last_word))
        lines = [
            line(span(f"{each.institute} {_called(each)}", "strong bold")),
            line(span(f"{each.role}, {'stands' if each.standing else 'revoked'}", "dim")),
            line(span(_MAY[Role(each.role)], "dim")),
            BLANK,
            pair("since", since),
            pair("admitted by", each.above or "founded it"),
            pair("last word", last or "none yet"),
        ]
        if held:
            lines.append(pair("lacks", f"{held.lacks:,}, of them {held.lacks_ours:,} of ours"))
        if each.lacks_keys:
            lines.append(pair("lacks keys", each.lacks_keys))
        return [*lines, BLANK, keyed(("a", "admit"), ("x", "revoke")), line(span(each.device[:24], "faint"))]

    # admitting

    def action_admit(self) -> None:
        """Ask for a device and a role, show what it gets, admit it once its institute was typed."""
        title = line(span("Admit to ", "strong bold"), span(self.group_name, "strong bold"))
        told = [line(span("A file with its card (`comity device card`), or a device that is known here.", "dim"))]
        self.app.push_screen(AskDevice(title, told, does="go on"), self._ask_role)

    def _ask_role(self, device: str | None) -> None:
        if device is None:
            return
        options = [Option(str(n), str(role), _MAY[role], str(role)) for n, role in enumerate(Role, 1)]

        def chose(option: Option | None) -> None:
            if option:
                host(self).attempt(lambda: self._show_admission(device, str(option.answer)))

        self.app.push_screen(Menu(line(span("As what", "strong bold")), options), chose)

    def _show_admission(self, device: str, role: str) -> None:
        seen = membership.admission(host(self).desk, self.group, device, role)
        membership.only_fit(seen)
        title, told = _sheet(list(admission_lines(seen)), f"comity group admit {self.group_name} --dry-run")
        asked = TypeCode(title, [*told, line(span(FINAL, "dim"))], seen.candidate.institute, does="admit")
        self.app.push_screen(asked, lambda typed: None if typed is None else self._admit(seen))

    def _admit(self, seen: Admission) -> None:
        app = host(self)
        if app.attempt(lambda: membership.admit(app.desk, seen)):
            app.written()
            app.say(
                f"{seen.candidate.institute} is in {seen.group_name}. It learns so by a sync or a bundle.", "notice"
            )

    # revoking

    def action_revoke(self) -> None:
        """Show what falls with the device under the cursor; revoke it with a reason."""
        each = self._place()
        if each is None:
            return
        if each.recovery:
            command = f"`comity group revoke {self.group_name} --institute {each.institute}`"
            host(self).say(f"A recovery key falls with its institute: {command}", "notice")
            return
        host(self).attempt(lambda: self._show_revocation(each))

    def _show_revocation(self, each: GroupSeat) -> None:
        seen = revoking.revocation(host(self).desk, self.group, [each.device])
        title, told = _sheet(list(revocation_lines(seen)), f"comity group revoke {self.group_name} --dry-run")
        since = line(span("To distrust its work since a day: `comity group revoke --since DATE`", "dim"))
        self.app.push_screen(Confirm(title, [*told, since], does="revoke", tries=partial(self._revoke, seen)))

    def _revoke(self, seen: RevocationPreview, reason: str) -> str:
        app = host(self)
        try:
            revoking.revoke(app.desk, seen, reason)
        except ComityError as error:
            return sentences(error)
        app.written()
        app.say(f"Revoked in {seen.group_name}. Others learn so by a sync or a bundle.", "notice")
        return ""


class SeatsPage(Page):
    """Who sits in one group."""

    def __init__(self, section: str, group: str, name: str) -> None:
        super().__init__(section)
        self.group, self.group_name = group, name

    def path(self) -> Line:
        return line(span(self.group_name, "strong bold"), span("   seats", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: SeatsPane(self.group, self.group_name)),)


def _called(each: GroupSeat) -> str:
    return "recovery key" if each.recovery else each.name or each.device[:12]


def _sheet(told: Sequence[str], command: str) -> tuple[Line, list[Line]]:
    """The first sentence as the title, as many of the others as a small screen holds."""
    lines = [line(span(cut(each, _WIDE))) for each in told[1:_FEW]]
    if len(told) > _FEW:
        lines.append(line(span(f"  and {len(told) - _FEW} more: `{command}`", "dim")))
    return line(span(told[0], "strong bold")), lines
