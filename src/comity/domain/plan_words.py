"""The words of a plan file that its reader and its writer share."""

from collections.abc import Mapping
from typing import Final

COMMON: Final = ("group", "marking", "synthetic")  # may stand once, in [exercise] or before it, for all records
AXES: Final[Mapping[str, str]] = {
    "institutes": "institute",
    "systems": "system",
    "tasks": "task",
    "languages": "language",
}  # of a matrix, with the field of a cell that each is about
SHARED: Final = ("strand", *COMMON)  # what a matrix says for all its cells
