"""Everything a key can do, once: bindings, footer, the keys overlay and the palette are read from this table."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from textual.binding import BindingType


class Action(NamedTuple):
    """One thing to do. `where` it applies; `rank` orders the footer (0: never there); `short` is the footer's word."""

    id: str
    keys: str
    label: str
    group: str
    where: str
    rank: int = 0
    short: str = ""
    shown: str = ""  # how the keys are written, where that is not the keys themselves


MOVE, LIST, RECORD = "Move", "This list", "This record"
EVERYWHERE, BORDER, HERE = "Everywhere", "Across the border", "Only here"

ACTIONS: Final[tuple[Action, ...]] = (
    Action("line_down", "j,down", "line", MOVE, "table", shown="j k ↑ ↓"),
    Action("line_up", "k,up", "", MOVE, "table"),
    Action("left", "h,left", "cell, pan", MOVE, "table", shown="h l ← →"),
    Action("right", "l,right", "", MOVE, "table"),
    Action("last", "G,end", "first, last", MOVE, "table", shown="gg G"),
    Action("first", "home", "", MOVE, "table"),
    Action("half_down", "ctrl+d", "half a page", MOVE, "table", shown="ctrl+d u"),
    Action("half_up", "ctrl+u", "", MOVE, "table"),
    Action("page_down", "pagedown", "", MOVE, "table"),
    Action("page_up", "pageup", "", MOVE, "table"),
    Action("next_tab", "L,ctrl+pagedown", "other tab", MOVE, "page", 80, "tabs", "H L"),
    Action("previous_tab", "H,ctrl+pageup", "", MOVE, "page"),
    Action("open", "enter", "open", MOVE, "table", 10, "open"),
    Action("back", "escape", "back", MOVE, "page", 85, "back", "esc"),
    Action("next_pane", "tab", "next pane", MOVE, "page", 85, "next", "tab"),
    Action("panel", "p", "panel on, off", MOVE, "page", 75, "panel"),
    Action("filter", "/", "filter", LIST, "list", 70, "filter"),
    Action("quick", "f", "quick filter", LIST, "list", 72, "quick"),
    Action("order", "o", "order by", LIST, "list"),
    Action("mark", "space", "mark", LIST, "table", 65, "mark"),
    Action("mark_all", "*", "mark all", LIST, "table"),
    Action("rows_by", "r", "rows by", LIST, "matrix"),
    Action("copy", "y", "copy ...", LIST, "page", 78, "copy"),
    Action("bring_in", "ctrl+l", "bring changes", LIST, "page"),
    Action("edit", "e", "edit", RECORD, "record", 20, "edit"),
    Action("new", "n", "new", RECORD, "record", 45, "new"),
    Action("step", "t", "step onward", RECORD, "record", 25, "step"),
    Action("assign", "a", "assign, ask", RECORD, "record", 30, "assign"),
    Action("waive", "w", "waive", RECORD, "record", 35, "waive"),
    Action("decide", "d", "decide", RECORD, "record", 40, "decide"),
    Action("note", "c", "note", RECORD, "record", 60, "note"),
    Action("history", "z", "history", RECORD, "record", 90, "history"),
    Action("retire", "x", "retire", RECORD, "record"),
    Action("find", ":,ctrl+p", "do or find", EVERYWHERE, "app", 93, "do or find"),
    Action("keys", "?,f1", "keys", EVERYWHERE, "app", 95, "keys", "?"),
    Action("goto", "g", "go to ...", EVERYWHERE, "app"),
    Action("undo", "u", "undo", EVERYWHERE, "app"),
    Action("redo", "ctrl+r", "redo", EVERYWHERE, "app"),
    Action("undo_act", "u", "take this act back", HERE, "acts", 12, "take back"),
    Action("messages", "!", "messages", EVERYWHERE, "app"),
    Action("preview", "v", "preview as", EVERYWHERE, "app"),
    Action("closer", "m", "closer-held", EVERYWHERE, "app"),
    Action("leave", "ctrl+q", "leave", EVERYWHERE, "app", 99, "leave"),
    Action("sync", "S", "sync now", BORDER, "app"),
    Action("bundle", "B", "write bundle", BORDER, "app"),
    Action("read", "I", "read a file", BORDER, "app"),
    Action("release", "R", "release, tearline", BORDER, "app"),
    Action("compare", "=", "compare marked", HERE, "runs", 50, "compare"),
    Action("zoom_in", "+", "zoom in", HERE, "timeline", 15, "zoom", "+ -"),
    Action("zoom_out", "-", "zoom out", HERE, "timeline"),
    Action("today", ".", "today", HERE, "timeline", 18, "today"),
    Action("swap", "x", "swap", HERE, "compare", 12, "swap"),
    Action("samples", "s", "samples", HERE, "compare", 14, "samples"),
    Action("another", "e", "another value", HERE, "conflict", 12, "another value"),
    Action("settle", "enter", "settle", HERE, "conflict", 14, "settle"),
    Action("adopt", "d", "adopt", HERE, "late", 12, "adopt"),
    Action("call_back", "d", "call the copy back", HERE, "disclosures", 12, "call back"),
    Action("send", "ctrl+s", "send", HERE, "outgoing", 10, "send"),
    Action("admit", "a", "admit a device", HERE, "seats", 12, "admit"),
    Action("revoke", "x", "revoke", HERE, "seats", 14, "revoke"),
    Action("save", "ctrl+s", "save", HERE, "form", 10, "save"),
    Action("choices", "enter", "choices, or next", HERE, "form", 30, "choices"),
    Action("editor", "f4", "external editor", HERE, "form", 40, "editor", "F4"),
    Action("underneath", "f6", "what changed underneath", HERE, "form", shown="F6"),
    Action("revert", "ctrl+r", "revert field", HERE, "form", 50, "revert field"),
)
BY_ID: Final[Mapping[str, Action]] = {action.id: action for action in ACTIONS}

SECTIONS: Final[tuple[str, ...]] = ("Today", "Exercises", "Runs", "People", "Findings", "Library", "Sharing")


def bindings(*places: str) -> "list[BindingType]":
    """The bindings of every action that applies in these places; ids make them remappable."""
    from textual.binding import Binding  # not for those who only read the table

    return [
        Binding(action.keys, action.id, action.label or action.id, show=False, id=action.id)
        for action in ACTIONS
        if action.where in places
    ]


def section_bindings() -> "list[BindingType]":
    """The number keys of the sections."""
    from textual.binding import Binding

    return [
        Binding(str(number), f"section('{name.lower()}')", name, show=False, id=f"section_{name.lower()}")
        for number, name in enumerate(SECTIONS, 1)
    ]


def first_key(action: Action, remapped: Mapping[str, str], *, typing: bool = False) -> str:
    """The key to name first; while a field takes what is typed, one that does not type."""
    keys = (remapped.get(action.id) or action.keys).split(",")
    return next((key for key in keys if len(key) > 1), keys[0]) if typing else keys[0]


def shown_keys(action: Action, remapped: Mapping[str, str], *, typing: bool = False) -> str:
    """How the keys of an action are written for people, after remapping."""
    if typing and (key := first_key(action, remapped, typing=True)) != first_key(action, remapped):
        return key.upper() if key[1:].isdecimal() else key
    if action.id in remapped:
        return remapped[action.id].replace(",", " ")
    return action.shown or {"escape": "esc"}.get(action.keys, action.keys.split(",")[0])


def clashes(remapped: Mapping[str, str]) -> Iterable[str]:
    """One sentence per key that remapping gives to two actions of one place, and per id that does not exist."""
    for wrong in sorted(set(remapped) - set(BY_ID)):
        yield f"[keys] {wrong}: there is no such action"
    taken: dict[tuple[str, str], str] = {}
    told: set[str] = set()
    for action in ACTIONS:
        for key in (remapped.get(action.id) or action.keys).split(","):
            for place in {action.where, "app"} if action.where != "app" else {place.where for place in ACTIONS}:
                other = taken.setdefault((place, key.strip()), action.id)
                said = f"[keys] «{key.strip()}» is given to {other} and to {action.id}"
                if other != action.id and {other, action.id} & set(remapped) and said not in told:
                    told.add(said)
                    yield said
