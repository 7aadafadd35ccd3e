"""The grammar of the filter language: from text to terms whose names and values nobody has looked at yet."""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from comity.errors import BadInput

if TYPE_CHECKING:
    from lark import Lark, Token, Tree

LONGEST = 2000
GRAMMAR = r"""
start: term (_SPACE term)*
term: NEG? (match | pattern | words)
match: FIELD OP value (_COMMA value)*
pattern: FIELD? _TILDE (QUOTED | REGEX)
words: QUOTED | WORD
?value: QUOTED | VALUE

FIELD.3: /[A-Za-z_][A-Za-z0-9_.]*(?=[:<>~])/
NEG.2: /-(?=\S)/
QUOTED.2: /"(?:[^"\\]|\\.)*"/s
_TILDE.2: "~"
OP: ":" | ">=" | "<=" | ">" | "<"
_COMMA: ","
VALUE: /[^\s",][^\s,]*/
REGEX: /[^\s"]\S*/
WORD: /[^\s"~]\S*/
_SPACE: /\s+/
"""


@dataclass(frozen=True, slots=True)
class RawTerm:
    """One term as written, from place `start`. `op`: empty for words, ~ for a pattern, else how values compare."""

    op: str
    field: str
    values: tuple[str, ...]
    negated: bool
    start: int


def raw_terms(text: str) -> list[RawTerm]:
    """The terms of a text, in order. Raises BadInput where it cannot be read."""
    if len(text) > LONGEST:
        raise BadInput(f"A filter has at most {LONGEST} characters.", "Ask for less at once.", code="query")
    if not text.strip():
        return []
    from lark import UnexpectedInput, UnexpectedToken  # 80 ms that a list without a filter need not pay

    try:
        tree = _parser().parse(text.strip())
    except UnexpectedInput as error:
        ends = isinstance(error, UnexpectedToken) and error.token.type == "$END"
        place = len(text) if ends else error.pos_in_stream
        raise _unreadable(text.strip(), place or 0) from None
    indent = len(text) - len(text.lstrip())
    return [_term(term, indent) for term in tree.children if not isinstance(term, str)]


@cache
def _parser() -> "Lark":
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", propagate_positions=True)


def _term(tree: "Tree[Token]", indent: int) -> RawTerm:
    body: Any = tree.children[-1]
    tokens: dict[str, list[str]] = {"FIELD": [], "OP": [], "given": []}
    for token in body.children:
        tokens.get(token.type, tokens["given"]).append(_unquoted(token))
    field = "".join(tokens["FIELD"])
    op = "~" if body.data == "pattern" else "".join(tokens["OP"])
    return RawTerm(op, field, tuple(tokens["given"]), len(tree.children) > 1, tree.meta.start_pos + indent)


def _unquoted(token: "Token") -> str:
    if token.type != "QUOTED":
        return str(token)
    letters = iter(token[1:-1])
    return "".join(next(letters) if letter == "\\" else letter for letter in letters)


def _unreadable(text: str, place: int) -> BadInput:
    rest = text[place:]
    if rest.startswith('"'):
        what = "a quotation mark is not closed"
    elif not rest or rest[0].isspace():
        what = f'a value is missing after «{text[:place][-20:]}»; "" finds what is empty'
    else:
        what = f"«{rest[:20]}» is not expected there"
    return BadInput(
        f"This filter cannot be read: {what}.",
        hint='Write words, "two words", field:value or -field:value.',
        code="query",
    )
