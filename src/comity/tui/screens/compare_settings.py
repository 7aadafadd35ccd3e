"""The settings of two runs by field class, with what their protocol says: those that differ, or every one."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from comity.desk.pages.comparing import MISSING, Setting, SettingClass, SideBySide
from comity.domain.runs import Run
from comity.tui.glyphs import sign
from comity.tui.spans import BLANK, Line, Span, fit, line, span

_WIDE: Final = 100


def settings_lines(found: SideBySide, cells: int, shown: Callable[[Setting], bool]) -> Iterator[Line]:
    """A line per class, and one per setting that is shown."""
    widths = _widths(cells)
    version = (
        f"{'protocol' if cells >= _WIDE else 'prot.'} v{found.protocol.version}" if found.protocol else "no protocol"
    )
    heads = ("", "class", "same", "field", version, _called(found.a, cells), _called(found.b, cells))
    yield _columns([(span(text, "dim"),) for text in heads], widths)
    for each in found.classes:
        yield from _class(each, widths, [*filter(shown, each.settings)])
    yield BLANK


def _widths(cells: int) -> tuple[int, ...]:
    fixed = (2, 13, 10, 18) if cells >= _WIDE else (2, 11, 8, 16)
    rest = max(24, cells - sum(fixed) - 6)
    return (*fixed, *(rest // 3,) * 3)


def _called(run: Run, cells: int) -> str:
    return f"{run.label} {run.institute}" if cells >= _WIDE else f"{run.label} {run.institute.partition('-')[0]}"


def _class(each: SettingClass, widths: Sequence[int], shown: Sequence[Setting]) -> Iterator[Line]:
    count = (span(f"{each.same} of {len(each.settings)}" if each.settings else "none said", "dim"),)
    for place, setting in enumerate(shown or [None]):
        name = line(span(each.name, "bold")) if place == 0 else BLANK
        head = [(_mark(setting, each),), name, count if place == 0 else BLANK]
        yield _columns([*head, *_values(setting)], widths)


def words_of(name: str) -> str:
    """A field or metric as words."""
    return name.replace("_", " ").replace("/", " ")


def _columns(cells: Sequence[Line], widths: Sequence[int]) -> Line:
    return tuple(part for cell, cells_ in zip(cells, widths, strict=True) for part in (*fit(cell, cells_), Span(" ")))


def _mark(setting: Setting | None, each: SettingClass) -> Span:
    if setting is None:
        return sign("valid") if each.settings else sign("waived")
    if setting.equal:
        return sign("valid")
    return sign("deviated") if setting.reported else sign("unknown")


def _values(setting: Setting | None) -> list[Line]:
    if setting is None:
        return [BLANK] * 4
    protocol = (span(setting.protocol or "not set", "dim"),)
    return [(span(words_of(setting.name)),), protocol, _value(setting, setting.a), _value(setting, setting.b)]


def _value(setting: Setting, value: str) -> Line:
    if value == MISSING:
        return (span(value, "dim italic"),)
    departs = not setting.equal and setting.protocol and value != setting.protocol and setting.protocol != "any"
    return (span(value, "amber bold" if departs else ""),)
