"""Looking as a partner (`v`): which institute, then its page."""

from textual.app import App

from comity.desk.pages import foreseeing
from comity.tui.screens.preview import PreviewPage
from comity.tui.session import host
from comity.tui.spans import line, span
from comity.tui.widgets.choice import Menu, Option


def choose(app: App[None], section: str) -> None:
    """Ask through whose eyes; every institute that stands in a group of this device."""
    desk = host(app).desk
    found = foreseeing.partners(desk)
    if not found:
        host(app).say(f"Nobody but {desk.institute} is in a group of this device: nobody else sees anything.")
        return
    options = [
        Option(str(place) if place < 10 else "", code, ", ".join(each.name for each in seen), code)
        for place, (code, seen) in enumerate(found.items(), 1)
    ]

    def chose(option: Option | None) -> None:
        if option:
            app.push_screen(PreviewPage(section, str(option.answer)))

    app.push_screen(Menu(line(span("Preview as", "strong bold"), span("   nothing is sent", "dim")), options), chose)
