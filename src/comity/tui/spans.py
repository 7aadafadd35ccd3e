"""Text on its way to the screen: spans of plain text, each with a role for its colour. Never markup."""

import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from rich.cells import cell_len
from textual.content import Content

from comity.domain.text import cut, plain


class Span(NamedTuple):
    """A piece of a line: harmless text and its role, such as `red bold`; no role means ordinary text."""

    text: str
    role: str = ""


Line: TypeAlias = tuple[Span, ...]
BLANK: Line = ()


def span(text: object, role: str = "") -> Span:
    """A span of any text, made harmless."""
    return Span(plain(text), role)


def line(*parts: object) -> Line:
    """A line of spans; anything else becomes a span of ordinary text."""
    return tuple(part if isinstance(part, Span) else span(part) for part in parts)


def pair(label: object, value: object, width: int = 12, role: str = "") -> Line:
    """A line of a panel: a dim label and its value."""
    return line(span(f"{plain(label):<{width}}  ", "dim"), span(value, role))


def keyed(*pairs: tuple[str, str]) -> Line:
    """Keys and what they do: `t step   c note`."""
    spans: list[Span] = []
    for key, label in pairs:
        spans += [Span("   ")] * bool(spans) + [span(key, "accent bold"), span(f" {label}", "dim")]
    return tuple(spans)


def width(spans: Iterable[Span]) -> int:
    """The terminal cells that spans take."""
    return sum(cell_len(part.text) for part in spans)


def fit(spans: Line, cells: int, align: str = "left") -> Line:
    """The line in exactly so many cells: cut with …, or filled with blanks."""
    used = width(spans)
    if used <= cells:
        fill = Span(" " * (cells - used))
        return (fill, *spans) if align == "right" else (*spans, fill)
    kept: list[Span] = []
    room = cells
    for part in spans:
        text = cut(part.text, room) if cell_len(part.text) > room or part is not spans[-1] else part.text
        kept.append(Span(text, part.role))
        room -= cell_len(text)
        if room <= 0 or text != part.text:
            break
    return (*kept, Span(" " * room)) if room > 0 else tuple(kept)


def pinch(spans: Line, cells: int) -> Line:
    """The line with as much of its beginning and its end as fits: `Cla…4.5`."""
    if width(spans) <= cells or not spans:
        return spans
    text = "".join(part.text for part in spans)
    tail = text[::-1][: max(0, cells // 2)]
    while cell_len(tail) > cells // 2:
        tail = tail[:-1]
    end = tail[::-1].lstrip()
    return (Span(cut(text, cells - cell_len(end)) + end, spans[-1].role),)


def wrap(spans: Line, cells: int, indent: int = 0) -> list[Line]:
    """The line broken at blanks into lines of at most so many cells, the later ones indented."""
    done: list[Line] = []
    now: list[Span] = []
    for part in spans:
        for word in _words(part.text, cells - indent):
            if now and width(now) + cell_len(word.rstrip()) > cells:
                done.append(tuple(now))
                now, word = [Span(" " * indent)] * bool(indent), word.lstrip()
            now.append(Span(word, part.role))
    return [*done, tuple(now)]


def _words(text: str, most: int) -> Iterable[str]:
    """Words, each with the blanks after it; one that is wider than a line comes in pieces."""
    for word in re.findall(r" *[^ ]+ *| +", text):
        while cell_len(word.rstrip()) > most > 1:
            piece = cut(word, most).removesuffix("…")
            yield piece
            word = word[len(piece) :]
        yield word


def content(lines: Iterable[Line], base: str = "$text") -> Content:
    """Lines as Textual draws them."""
    return Content("\n").join(
        Content.assemble(*((part.text, style_name(part.role, base)) for part in spans)) for spans in lines
    )


def style_name(role: str, base: str = "$text") -> str:
    """The style of a role in the words of a style sheet: `red bold` is `$red bold`."""
    if role == "here":
        return "$ground on $accent bold"
    words = role.split()
    colours = [word for word in words if word not in ("bold", "italic", "underline", "reverse", "strike")]
    attributes = [word for word in words if word not in colours]
    return " ".join([*(f"${word}" for word in colours[:1]), *([base] * (not colours)), *attributes])
