"""The closed vocabulary in which a field describes itself; every surface is derived from it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Shape(StrEnum):
    """What a value looks like to a person who types or reads it."""

    LINE = "line"  # one line of free text
    PROSE = "prose"  # text of several lines
    CODE = "code"  # a short name that people say; no spaces or control characters
    CHOICE = "choice"  # one of a closed list of words
    INSTITUTE = "institute"  # the code of an institute; never a record reference
    LANGUAGE = "language"  # a BCP 47 tag such as en, ko, zh-Hans
    REF = "ref"  # the id of one record of the kind named in `refers`
    DATE = "date"  # a calendar day
    MOMENT = "moment"  # a point in time, UTC
    COUNT = "count"  # a whole number, never below zero
    NUMBER = "number"  # a number
    FLAG = "flag"  # yes or no
    MARKING = "marking"  # policy, level and caveats
    FACTS = "facts"  # a value with parts, shown whole: run header, protocol settings


class Merge(StrEnum):
    """How values written without knowledge of each other come together."""

    ASK = "ask"  # all are kept, a person settles
    LATEST = "latest"  # the value with the newest source wins; for facts that machines report
    TAGS = "tags"  # each element of a list on its own
    STRICTEST = "strictest"  # the join; for markings


@dataclass(frozen=True, slots=True)
class Facet:
    """What a field is. `many`: a list of values of the shape; `fixed`: set at creation only."""

    label: str
    help: str = ""
    shape: Shape = Shape.LINE
    refers: str = ""
    merge: Merge = Merge.ASK
    many: bool = False
    fixed: bool = False
    reads: Literal["as it is", "as words", "as amount"] = "as it is"  # text as programs write it, shown to people
    speaks: bool = (
        False  # the kind speaks for the institute named in this field: only that institute replaces its values
    )
