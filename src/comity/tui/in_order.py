"""Keys act in the order they were pressed, also where a page or a box that they are meant for is not drawn yet."""

from typing import Final

from textual import events
from textual.screen import Screen

from comity.tui.border import Guarded

_LOOK: Final = 0.02
_MOVES: Final = ("new", "edit", "note", "next_pane", "app.focus_next", "app.focus_previous", "submit")


class InOrder(Guarded):
    """An app whose keys wait until what the keys before them open can take them."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: list[events.Key] = []
        self._busy = False

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded or not self.screen_stack:
            await super().on_event(event)
            return
        self._keys.append(event)
        await self._act()

    async def _act(self) -> None:
        """Do what keys ask for, one after the other, as long as the screen takes them."""
        if self._busy:
            return
        self._busy = True
        try:
            while self._keys and self.screen_stack and _takes_keys(self.screen):
                await self._press(self._keys.pop(0))
        finally:
            self._busy = False
        if self._keys:
            self.set_timer(_LOOK, self._act)

    async def _press(self, event: events.Key) -> None:
        """What opens a form or leads to another field is done at once; any other key goes its usual way."""
        focused = self.focused
        if focused is None or not focused.check_consume_key(event.key, event.character):
            found = self.screen.active_bindings.get(event.key)
            if found and found.enabled and found.binding.action in _MOVES:
                if found.binding.action != "submit":
                    await self.run_action(found.binding.action, found.node)
                    return
                if hasattr(self.screen, "action_choices"):
                    await self.run_action("choices", self.screen)
                    return
        await super().on_event(event)


def _takes_keys(screen: Screen[object]) -> bool:
    """Whether keys find the one that they are meant for."""
    return screen.is_mounted and bool(getattr(screen, "takes_keys", True))
