"""A pane of text that is read from top to bottom: `j k` move it, `y` copies it."""

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from comity.tui.actions import bindings
from comity.tui.screens.base import Pane
from comity.tui.session import host
from comity.tui.spans import Line, content, span
from comity.tui.widgets.choice import Option, copy


class Scroll(VerticalScroll, can_focus=True):
    """The text of the page."""

    BINDINGS = bindings("table")

    def action_line_down(self) -> None:
        self.scroll_relative(y=1, animate=False)

    def action_line_up(self) -> None:
        self.scroll_relative(y=-1, animate=False)

    def action_half_down(self) -> None:
        self.scroll_relative(y=self.size.height // 2, animate=False)

    def action_half_up(self) -> None:
        self.scroll_relative(y=-(self.size.height // 2), animate=False)

    def action_last(self) -> None:
        self.scroll_end(animate=False)

    def action_first(self) -> None:
        self.scroll_home(animate=False)


class ProsePane(Pane):
    """Lines of text. Override `read`, `lines`, and what the menu of `y` calls it: `title` and `command`."""

    SCOPED_CSS = False
    DEFAULT_CSS = "ProsePane Scroll { height: 1fr; scrollbar-size-vertical: 1; } ProsePane Static { height: auto; }"
    BINDINGS = bindings("list")

    def compose(self) -> ComposeResult:
        with Scroll():
            yield Static(markup=False)

    def read(self) -> None:
        """Find what the text tells of, as it is now."""
        raise NotImplementedError

    def lines(self) -> list[Line]:
        """The whole text, in lines that fit."""
        raise NotImplementedError

    def title(self) -> str:
        """What the menu of copies calls it."""
        raise NotImplementedError

    def command(self) -> str:
        """The command line that does the same."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.bring_in()

    def on_resize(self) -> None:
        self._draw()

    def bring_in(self) -> None:
        self.read()
        self._draw()

    def _draw(self) -> None:
        self.query_one(Static).update(content(self.lines()))
        self.tell()

    @property
    def cells(self) -> int:
        """The width there is."""
        return max(40, self.app.size.width - 4)

    def jumps(self) -> dict[str, tuple[str, Callable[[], None]]]:
        return {"g": ("first line", self.query_one(Scroll).action_first)}

    def copy_text(self) -> None:
        """The menu of `y`: the text, or the command line that gives it."""
        text = "\n".join("".join(part.text for part in each).rstrip() for each in self.lines())
        command = self.command()
        options = [Option("t", "as text", "the page as it stands", text), Option("l", "command line", command, command)]
        self.app.push_screen(copy((span(self.title()),), options), self._copied)

    def _copied(self, option: Option | None) -> None:
        if option:
            self.app.copy_to_clipboard(str(option.answer))
            host(self).say(f"Copied {option.label}")
