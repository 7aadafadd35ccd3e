"""What a person can reach now: the page under any overlay, the keys that lead somewhere on it, and what they act on."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from comity.tui.actions import ACTIONS
from comity.tui.in_order import InOrder

if TYPE_CHECKING:
    from comity.tui.screens.base import Page


class Reaching(InOrder):
    """The part of the app that knows what its page can do."""

    @property
    def page(self) -> "Page | None":
        """The page on the screen, under any overlay; told by what it can, so that pages load after the first frame."""
        return next((cast("Page", screen) for screen in reversed(self.screen_stack) if hasattr(screen, "news")), None)

    def applicable(self) -> Iterator[str]:
        """The actions that do something here and now: a key leads to them, and they have something to act on."""
        page = self.page
        bound = {each.binding.id for each in page.active_bindings.values()} | {*page.BY_FIELDS} if page else set()
        for name in self.known():
            if page and name in bound and page.can(name):
                yield name

    @property
    def typing(self) -> bool:
        """Whether a field of the page takes the keys that type."""
        focused = self.page.focused if self.page else None
        return bool(focused and focused.check_consume_key("a", "a"))

    def known(self) -> Iterator[str]:
        """The actions that something on the screen can do."""
        page = self.page
        owners: list[object] = [self]
        if page:
            focused = page.focused
            owners += [page, *([page.pane] if page.pane else []), *(focused.ancestors_with_self if focused else [])]
        for action in ACTIONS:
            if any(_does(owner, action.id) for owner in owners):
                yield action.id


def _does(owner: object, action: str) -> bool:
    """Whether the owner has this action itself, not as a Textual default of another meaning."""
    found = getattr(type(owner), f"action_{action}", None)
    return found is not None and found.__module__.startswith("comity.")
