"""How this device stands to the others, in a few words."""

from comity.desk.care import status
from comity.desk.desk import Desk
from comity.tui.session import Link
from comity.tui.spans import Span, line, span


def link(desk: Desk) -> Link:
    """What is not elsewhere yet, what is to settle, and who we are."""
    told = status(desk)
    unsent, forks = told["not_elsewhere"], told["conflicts"]
    sections = line(Span("⇅ ", "accent"), f"{unsent} unsent", span(f" · {desk.institute}", "dim"))
    short = [span(f"⇅{unsent}", "dim"), *([span(f" ⇄{forks}", "violet")] if forks else [])]
    footer = line(span("no hub, works without" if not told["hubs"] else "", "faint"))
    return Link(sections, footer, tuple(short))
