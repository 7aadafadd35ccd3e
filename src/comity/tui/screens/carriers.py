"""Carriers: hubs with what they keep back, and partners with the age of their last word and what they lack."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from comity.desk.carriers import hubs, partners
from comity.desk.carriers.hubs import HubState
from comity.desk.carriers.partners import Partner
from comity.desk.members.groups import NAME_MARKING
from comity.domain.when import show_age, show_moment
from comity.domain.wording import between, some
from comity.tui.glyphs import sign, signed
from comity.tui.screens.lines import LinesPane
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, keyed, line, pair, span
from comity.tui.widgets.source import Column, Row, heading

_NO_HUB = (span("No hub. Bundles work without one: "), span("B", "accent bold"), span("."))


class CarriersPane(LinesPane):
    """How what is written here gets to others, and whether it did."""

    LIVE = True
    COLUMNS = (
        Column("who", 24),
        Column("where", 16, grows=True),
        Column("last word", 9, align="right"),
        Column("not there yet", 13, align="right"),
        Column("keeps back", 24, 1),
    )
    HINTS = ("sync", "bundle", "read")
    WORDS: ClassVar[dict[str, str]] = {"sync": "sync now", "bundle": "write bundle", "read": "read a file"}

    def read(self) -> Iterator[Row]:
        desk = host(self).desk
        known, others = hubs.listed(desk), partners.partners(desk)
        if known:
            yield heading(line(span("Hubs", "dim bold")))
        yield from map(self._hub, known)
        if others:
            yield heading(line(span("Partners", "dim bold"), span("   device by device", "dim")))
        yield from map(self._partner, others)

    def over(self) -> Sequence[Line]:
        count = partners.not_elsewhere(host(self).desk)
        told = line(*signed("unsent", f"not yet elsewhere: {some(count, 'envelope')}"), span(" of this device", "dim"))
        return [told] if hubs.listed(host(self).desk) or not self.table.source.count else [_NO_HUB, told]

    def nothing(self) -> Sequence[Line]:
        return [_NO_HUB, line(span("Nobody else is in a group of this device yet.", "dim"))]

    def _age(self, partner: Partner) -> str:
        return show_age(between(partner.last_word, host(self).desk.clock())) if partner.last_word else "never"

    def _hub(self, each: HubState) -> Row:
        away = host(self).session.away.get(each.name)
        reached = show_age(between(each.reached, host(self).desk.clock())) if each.reached else "never"
        where = (*line(span(each.hub.url, "dim")), *([span(f"  offline since {away:%H:%M}", "dim")] if away else []))
        keeps = span(_keeps(each.withheld), "amber" if each.withheld else "dim")
        sent = f"sent {each.last.sent:,}" if each.last else ""
        cells = (line(span(each.name, "bold")), where, line(span(reached, "dim")), line(span(sent, "dim")), line(keeps))
        mark = sign("planned" if away or not each.reached else "heard")
        return Row(f"hub {each.name}", cells, sign=(mark,), value=each)

    def _partner(self, each: Partner) -> Row:
        role = "" if each.standing else "amber"
        lacks = f"{each.lacks_ours:,}" if each.lacks_ours else "–"
        cells = (
            line(span(f"{each.institute} ", role), span(each.called, "dim")),
            line(span(each.group_name, "dim"), span("" if each.standing else "  revoked", "amber")),
            line(span(self._age(each), "" if each.last_word else "dim")),
            line(span(lacks, "" if each.lacks_ours else "dim")),
            line(span(", ".join(f"{hub} shows {count:,} less" for hub, count in each.withheld_by), "amber")),
        )
        mark = sign("heard" if each.last_word else "planned")
        return Row(f"{each.group} {each.device}", cells, sign=(mark,), marking=NAME_MARKING, value=each)

    def aside(self) -> Sequence[Line]:
        row = self.table.current
        if row and isinstance(row.value, HubState):
            return self._of_hub(row.value)
        return self._of_partner(row.value) if row and isinstance(row.value, Partner) else ()

    def _of_hub(self, each: HubState) -> list[Line]:
        today, away = host(self).desk.today, host(self).session.away.get(each.name)
        last = each.last
        return [
            line(span(each.name, "strong bold"), span("  hub", "dim")),
            line(span(each.hub.url)),
            BLANK,
            *([line(span(f"offline since {away:%H:%M} UTC; what is here waits", "dim")), BLANK] if away else []),
            pair("reached", show_moment(each.reached, today) if each.reached else "never"),
            pair("then sent", f"{last.sent:,}" if last else "–"),
            pair("received", f"{last.received:,}" if last else "–"),
            pair("keeps back", _keeps(each.withheld)),
            BLANK,
            keyed(("S", "sync now")),
        ]

    def _of_partner(self, each: Partner) -> list[Line]:
        today = host(self).desk.today
        said = show_moment(each.receipt, today) if each.receipt else "nothing yet"
        lines = [
            line(span(f"{each.institute} {each.called}", "strong bold")),
            line(span(f"{each.role} in {each.group_name}{'' if each.standing else ', revoked'}", "dim")),
            BLANK,
            pair("last word", show_moment(each.last_word, today) if each.last_word else "never"),
            pair("receipt", said),
            pair("lacks", f"{each.lacks:,}, of them {each.lacks_ours:,} of ours"),
        ]
        if each.lacks_keys:
            lines.append(line(*signed("high", f"lacks {some(each.lacks_keys, 'key')}; they go with the next sync")))
        for hub, count in each.withheld_by:
            lines.append(line(*signed("high", f"the hub {hub} does not show {count:,} that it holds")))
        return [*lines, BLANK, keyed(("B", "write bundle")), line(span(each.device[:24], "faint"))]


def _keeps(count: int) -> str:
    return f"{some(count, 'envelope')} that others hold" if count else "nothing known"
