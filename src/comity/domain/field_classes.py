"""The classes into which protocol settings fall; a deviation and a verdict name the class."""

from typing import Literal

FieldClass = Literal["identity", "elicitation", "environment", "scoring", "budget"]
FIELD_CLASSES: tuple[FieldClass, ...] = ("identity", "elicitation", "environment", "scoring", "budget")
