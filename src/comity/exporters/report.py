"""What a report is made of: sections of texts, a table and items, each part with the marking of what it tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from comity.domain.marking import join


@dataclass(frozen=True, slots=True)
class Told:
    """A paragraph or an item: its text, the words before it, short facts after it. A line end begins a new line."""

    marking: str
    synthetic: bool
    text: str
    lead: str = ""
    facts: tuple[str, ...] = ()

    @property
    def fact_line(self) -> str:
        """The facts as one line."""
        return " · ".join(self.facts)


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a table."""

    marking: str
    synthetic: bool
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with what stands under it, in this order: paragraphs, a table, items."""

    title: str
    paragraphs: tuple[Told, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    items: tuple[Told, ...] = ()

    @property
    def parts(self) -> tuple[Told | Row, ...]:
        """Everything in it."""
        return (*self.paragraphs, *self.rows, *self.items)


@dataclass(frozen=True, slots=True)
class Report:
    """A report for a reader. What was left out is for who writes it, and stands in no file."""

    title: str
    head: tuple[str, ...]
    as_of: date
    sections: tuple[Section, ...]
    reader: str = ""  # nobody: whoever writes it
    left_out: Mapping[str, int] = field(default_factory=dict)

    @property
    def parts(self) -> Iterator[Told | Row]:
        """Everything in it, in reading order."""
        return (part for section in self.sections for part in section.parts)

    @property
    def marking(self) -> str:
        """The least marking that covers everything in it."""
        return join({part.marking for part in self.parts})

    @property
    def synthetic(self) -> bool:
        """Whether anything in it is invented."""
        return any(part.synthetic for part in self.parts)

    @property
    def banner(self) -> str:
        """What stands at the top and the bottom of it."""
        return f"{self.marking} · SYNTHETIC" if self.synthetic else self.marking

    def as_json(self) -> dict[str, Any]:
        """The report for programs."""
        told = {
            "title": self.title,
            "for": self.reader,
            "as_of": self.as_of,
            "marking": self.marking,
            "synthetic": self.synthetic,
        }
        return {**told, "head": self.head, "sections": self.sections}
