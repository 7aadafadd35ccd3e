"""An app around one widget or page, with no store behind it."""

from collections.abc import Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.widget import Widget

from comity.settings import Screen, Settings
from comity.tui import themes
from comity.tui.app import ComityApp
from comity.tui.spans import line
from comity.tui.widgets.source import Row


class Stage(App[None]):
    """One widget on an empty screen, in the dark theme."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self._widget = widget
        self.register_theme(themes.theme("dark"))
        self.theme = "dark"

    def compose(self) -> ComposeResult:
        yield self._widget


class Counted:
    """A source of any size that counts the rows it was asked for."""

    def __init__(self, count: int) -> None:
        self._count = count
        self.read = 0

    @property
    def count(self) -> int:
        return self._count

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        self.read += stop - start
        return [
            Row(str(n), (line(f"row {n}"), line(f"value {n}")), value=n) for n in range(start, min(stop, self._count))
        ]

    def index_of(self, key: str) -> int | None:
        return int(key) if int(key) < self._count else None


def app_without_desk(theme: str = "dark", glyphs: Any = "unicode", **keys: str) -> ComityApp:
    """The app whose desk never opens."""
    app = ComityApp(lambda: None, settings=Settings(screen=Screen(theme=theme, glyphs=glyphs), keys=keys))  # type: ignore[arg-type]
    app._open = lambda: None  # type: ignore[method-assign]
    return app


def screen_text(app: App[Any]) -> str:
    """What stands on the screen, line by line."""
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)
