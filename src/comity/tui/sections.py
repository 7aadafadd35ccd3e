"""The seven sections, the pages of their kinds, and where each kind lives: literal tables."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from comity.domain.record import Record
from comity.tui.screens.base import Page, Pane, Tab
from comity.tui.screens.exercise import ExercisePage
from comity.tui.screens.lists import CheckedPane
from comity.tui.screens.people import PeoplePage
from comity.tui.screens.record import RecordPage
from comity.tui.screens.run import RunPage
from comity.tui.screens.runs import RunsPage
from comity.tui.screens.sharing import SharingPage
from comity.tui.screens.today import TodayPage
from comity.tui.screens.verbs import Verbs


class SectionPage(Verbs):
    """The first page of a section: a list per tab."""

    def __init__(self, section: str, tabs: Sequence[tuple[str, Callable[[], Pane]]]) -> None:
        super().__init__(section)
        self._made_of = tabs

    def tabs(self) -> Sequence[Tab]:
        return tuple(Tab(label, make) for label, make in self._made_of)


def _list(noun: str) -> Callable[[], Pane]:
    return lambda: CheckedPane(noun)


def _section(name: str, *tabs: tuple[str, str]) -> Callable[[], Page]:
    return lambda: SectionPage(name, [(label, _list(noun)) for label, noun in tabs])


SECTION_PAGES: Final[Mapping[str, Callable[[], Page]]] = {
    "today": lambda: TodayPage("today"),
    "exercises": _section("exercises", ("", "exercise")),
    "runs": lambda: RunsPage("runs"),
    "people": lambda: PeoplePage("people"),
    "findings": _section(
        "findings",
        ("Findings", "finding"),
        ("Actions", "action"),
        ("Guidance", "guidance"),
        ("Lessons", "lesson"),
        ("Stand-downs", "stand_down"),
    ),
    "library": _section(
        "library",
        ("Systems", "system"),
        ("Suites", "suite"),
        ("Tasks", "task"),
        ("Access windows", "access_window"),
        ("Agreements", "agreement"),
        ("Institutes", "institute"),
    ),
    "sharing": lambda: SharingPage("sharing"),
}

_LIVES_IN: Final[Mapping[str, str]] = {
    "run": "runs",
    "deviation": "runs",
    **dict.fromkeys(("person", "vetting", "secondment", "position", "assignment", "leave"), "people"),
    **dict.fromkeys(("finding", "action", "guidance", "lesson", "stand_down", "acknowledgement", "note"), "findings"),
    **dict.fromkeys(("system", "model_alias", "access_window", "suite", "task", "agreement", "institute"), "library"),
    **dict.fromkeys(("group", "disclosure"), "sharing"),
}
_PAGES: Final[Mapping[str, type[RecordPage]]] = {"exercise": ExercisePage, "run": RunPage}


def section_of(record: Record) -> str:
    """The section where records of this kind live."""
    return _LIVES_IN.get(record.noun, "exercises")


def page_of(record: Record, tab: str = "") -> Page:
    """The page of a record: written for its kind, or derived."""
    return _PAGES.get(record.noun, RecordPage)(section_of(record), record, tab)
