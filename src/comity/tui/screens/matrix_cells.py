"""How a cell of the matrix is drawn: in its column, in the panel, in the strip under a narrow matrix."""

from collections.abc import Sequence

from comity.desk.pages.grid import CellSheet, Square
from comity.domain.wording import language
from comity.tui.glyphs import GLYPHS, sign, signed
from comity.tui.spans import BLANK, Line, Span, keyed, line, pair, span


def square_line(each: Square) -> Line:
    """A cell in a few columns: sign and word, never the colour alone."""
    if each.state == "silent":
        return (sign("running"), span(f" {each.word}", "amber"))
    if each.state == "valid":
        return (sign("succeeded"), span(" valid"))
    if each.state in ("deviated", "stand_down", "void"):
        dot = Span("● ", "dim" if each.state == "void" else "green")
        return (dot, *signed(each.state, each.word, GLYPHS[each.state].role + (" bold" * (each.state != "deviated"))))
    return signed(each.state, each.word)


def legend(name: str) -> Line:
    """A state and its word, for the key under the matrix."""
    glyph = GLYPHS[name]
    words = {"stand_down": "stand-down", "accepted_deviation": "accepted"}
    return (Span(glyph.sign, glyph.role), span(f" {words.get(name, name)}", "dim"))


def cell_panel(square: Square, sheet: CellSheet) -> Sequence[Line]:
    """A cell beside the matrix."""
    cell = square.cell
    lines: list[Line] = [
        square_line(square),
        *([line(span(square.coverage.reason, "dim"))] if square.coverage.reason else []),
        BLANK,
        line(span(f"{square.task} · {language(cell.language)}", "strong bold")),
        line(span(f"{square.system} at {cell.institute}")),
        BLANK,
        *_facts(sheet),
    ]
    if sheet.could:
        lines += [BLANK, line(Span("Who could", "dim bold"))]
        for name, institute, note in sheet.could:
            lines += [line(span(name), span(f" {institute}", "dim")), line(Span("  "), span(note, "dim"))]
    lines += [BLANK, line(Span("Settle it", "dim bold")), *_keys(square)]
    if sheet.past:
        lines += [BLANK, line(Span("History", "dim bold"))]
        lines += [line(span(f"{day} ", "dim"), span(what)) for day, what in sheet.past]
    return lines


def _facts(sheet: CellSheet) -> list[Line]:
    lines = []
    for fact in sheet.facts:
        role = GLYPHS[fact.state].role if fact.state else ""
        mark = f"{GLYPHS[fact.state].sign} " if fact.state else ""
        lines.append(pair(fact.label, f"{mark}{fact.text}", 11, role.removesuffix(" bold")))
    return lines


def _keys(square: Square) -> list[Line]:
    """What a person can do about a cell, by its state."""
    keys = [("enter", "open the run")] if square.run else []
    if square.run and square.state in ("deviated", "stand_down", "unreviewed"):
        keys = [("enter", "open the run, d decides")]
    if square.cause not in ("covered", "waived"):
        keys += [("a", "assign or ask an institute"), ("w", "waive, with a reason")]
    return [line(span(f"{key:<6}", "accent bold"), span(words)) for key, words in [*keys, ("c", "leave a note")]]


def cell_strip(square: Square, sheet: CellSheet) -> Sequence[Line]:
    """A cell in three lines."""
    cell = square.cell
    run = f"  {square.run.label} {square.run.execution_status}" if square.run else ""
    who = "; ".join(f"{name} ({institute}), {note}" for name, institute, note in sheet.could)
    said = (who and f"Could: {who}") or ", ".join(f"{fact.label} {fact.text}" for fact in sheet.facts[-3:])
    return [
        line(
            span("".join(part.text for part in square_line(square)), square_line(square)[-1].role or "strong"),
            span(f"   {square.task} · {cell.language} · {square.system} · {cell.institute}{run}", "dim"),
        ),
        line(span(said)),
        keyed(("a", "assign or ask"), ("w", "waive"), ("enter", "more")),
    ]
