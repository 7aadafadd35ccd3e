"""What the keys that work on every page do: find, keys, go to, messages, undo, closer-held records."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import events

from comity.domain.wording import words
from comity.errors import ComityError
from comity.tui.actions import BY_ID
from comity.tui.reaching import Reaching
from comity.tui.refusals import sentences
from comity.tui.session import Session, Strength

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.undoing import Undone
    from comity.tui.screens.base import Page
    from comity.tui.widgets.choice import Option
    from comity.tui.widgets.palette import PaletteHit


class Everywhere(Reaching):
    """The part of the app that is the same on every page."""

    session: Session
    desk: "Desk"
    ready: bool = False

    def go(self, place: str) -> None:
        """Open a section or a record."""
        raise NotImplementedError

    def filter_list(self, noun: str, query: str) -> None:
        """Show of a kind what a query finds."""
        raise NotImplementedError

    def say(self, text: str, strength: Strength = "line") -> None:
        """Tell the person what happened; it can be read again under `!`."""
        self.session.note(text, strength)
        if self.page:
            self.page.news(text, strength)

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do it; a refusal is told in words, with every problem, and nothing was changed."""
        try:
            act()
        except ComityError as error:
            self.refuse(error)
            return False
        return True

    def refuse(self, error: ComityError) -> None:
        self.say(sentences(error), "red")

    def close(self, then: Callable[[], None] | None = None) -> None:
        """Leave the page on the screen, then do something; a page cannot wait for its own end."""
        self.call_later(self._close, self.page, then)

    async def _close(self, leaving: "Page | None", then: Callable[[], None] | None) -> None:
        """A key pressed twice asks twice: the second time the page is gone."""
        if leaving not in self.screen_stack[1:]:
            return
        while leaving in self.screen_stack:
            await self.pop_screen()
        if leaving and leaving.came_from:
            await self.switch_mode(leaving.came_from)
        if then:
            then()

    def written(self) -> None:
        """Something was written here: the page on the screen reads again, the others when they come back."""
        if self.page:
            self.page.action_bring_in()

    # keys

    async def _press(self, event: events.Key) -> None:
        """A key that means something on other pages says so where it means nothing."""
        focused, page = self.focused, self.page
        if page is self.screen and not (focused and focused.check_consume_key(event.key, event.character)):
            found = page.active_bindings.get(event.key)
            action = BY_ID.get(found.binding.id or "") if found else None
            if action and action.where in ("record", "list") and action.id not in set(self.known()):
                self.say(f"{action.label.removesuffix(' ...').capitalize()}: not on this page. ? shows its keys.")
                return
        await super()._press(event)

    def action_keys(self) -> None:
        from comity.tui.widgets.keys import Keys

        if self.page:
            keys = self.session.settings.keys
            self.push_screen(Keys(self.page.path(), self.applicable(), keys, typing=self.typing))

    def action_find(self) -> None:
        if self.ready:
            from comity.tui.hits import hits
            from comity.tui.widgets.palette import Palette

            self.push_screen(Palette(partial(hits, self)), self._found)

    def _found(self, hit: "PaletteHit | None") -> None:
        if hit:
            hit.act()

    def action_goto(self) -> None:
        """The second letters that lead somewhere from here."""
        from comity.tui.widgets.choice import Option, goto

        if self.page is None:
            return
        options = [Option(letter, label, "", act) for letter, (label, act) in self._jumps(self.page).items()]
        self.push_screen(goto(options), self._jump)

    def _jumps(self, page: "Page") -> dict[str, tuple[str, Callable[[], None]]]:
        """`gg`, what the page knows, and conflicts."""
        table = page.query("Table")
        first = {"g": ("first line", table.first().action_first)} if table else {}  # type: ignore[attr-defined]
        return {**first, **page.jumps(), "c": ("conflicts", partial(self.go, "sharing/conflicts"))}

    def _jump(self, option: "Option | None") -> None:
        if option and callable(option.answer):
            option.answer()

    def action_messages(self) -> None:
        from comity.tui.screens.messages import MessagesPage

        if self.page:
            self.push_screen(MessagesPage(self.page.section))

    def action_closer(self) -> None:
        """Show the text of records above the ceiling, or hide it again."""
        self.session.unmasked = not self.session.unmasked
        self.session.turned += 1
        self.session.own.clear()
        self.written()
        ceiling = self.session.settings.screen.ceiling
        self.say(f"Records above {ceiling} are {'shown' if self.session.unmasked else 'kept off screen'}")

    def version(self) -> int:
        """A number that grows with every write, here or by another process."""
        return self.desk.store.database.version() if self.ready else 0

    def touched(self, version: int) -> list[tuple[str, str]]:
        """Kind and id of the records that were written to since that version."""
        from comity.desk.history import touched

        return touched(self.desk, version)

    def look(self) -> None:
        """Tell the page on the screen if something was written since it was read."""
        if self.page and self.page is self.screen:
            self.page.compare_with(self.version())

    def action_undo(self) -> None:
        """Write the old values of the newest act of this session back, as a new act."""
        from comity.desk import undoing

        dot = undoing.last(self.desk) if self.ready else None
        if dot is None:
            self.say("Nothing was written in this session. z shows what was written before; u takes it back there.")
        else:
            self.take_back(dot)

    def take_back(self, dot: bytes) -> None:
        """Undo one act, whenever it was written."""
        from comity.desk import undoing

        self.attempt(lambda: self._went_back(undoing.undo(self.desk, dot), "Undone", "ctrl+r redoes it"))

    def action_redo(self) -> None:
        from comity.desk import undoing

        if self.ready:
            self.attempt(lambda: self._went_back(undoing.redo(self.desk), "Redone", "u undoes it"))

    def _went_back(self, undone: "Undone", what: str, next_key: str) -> None:
        from comity.tui.deriving import is_live, said_of

        records = ", ".join(said_of(self.desk, kind, id) for kind, id in undone.records[:3])
        fields = words(", ".join(undone.fields[:4]))
        self.written()
        if undone.fields == ("retired",):
            there = any(is_live(self.desk, kind, id) for kind, id in undone.records)
            self.say(f"{what}: {records} {'back in the lists' if there else 'out of the lists'}. {next_key}.")
        else:
            self.say(f"{what}: {fields} of {records}. {next_key}.")

    def leave_with(self, code: int) -> None:
        """End the app with an exit code."""
        raise NotImplementedError

    def action_leave(self) -> None:
        self.leave_with(0)
