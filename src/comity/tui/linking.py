"""How this device stands to the others, in a few words."""

from collections.abc import Mapping
from datetime import datetime

from comity.desk.care import status
from comity.desk.desk import Desk
from comity.domain.wording import listed
from comity.tui.session import Link
from comity.tui.spans import Line, Span, line, span


def link(desk: Desk, away: Mapping[str, datetime]) -> Link:
    """What is not elsewhere yet, what is to settle, what waits, who we are; `away` are hubs that were not reached."""
    told = status(desk)
    unsent, forks, waiting = told["not_elsewhere"], told["conflicts"], told["waiting"]
    sections = line(Span("⇅ ", "accent"), f"{unsent} unsent", span(f" · {desk.institute}", "dim"))
    settle = [span(f"⇄ {forks} to settle", "violet")] if forks else []
    waits = [span(f"{waiting} waiting", "amber")] if waiting else []
    footer = _joined([*settle, *waits, *_reach([each["name"] for each in told["hubs"]], away)])
    short = [span(f"⇅{unsent}", "dim"), *([span(f" ⇄{forks}", "violet")] if forks else [])]
    return Link(sections, footer, tuple(short))


def _reach(hubs: list[str], away: Mapping[str, datetime]) -> list[Span]:
    """That no hub is there, or since when which is not reached; nothing where all is as it should be."""
    if not hubs:
        return [span("no hub, works without", "faint")]
    missing = [name for name in hubs if name in away]
    if not missing:
        return []
    since = f"{min(away[name] for name in missing):%H:%M}"
    return [
        span(f"offline since {since}" if len(missing) == len(hubs) else f"{listed(missing)} away since {since}", "dim")
    ]


def _joined(parts: list[Span]) -> Line:
    spread = [each for part in parts for each in (Span(" · ", "faint"), part)]
    return tuple(spread[1:])
