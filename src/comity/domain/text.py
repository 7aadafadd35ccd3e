"""Text on its way out to people, and text as it is searched."""

import re
import unicodedata
from functools import lru_cache

_NEWLINE_MARK = "↵"
_TAB_WIDTH = 4
_VIRAMA = 9  # canonical combining class
_FIRST_ACCENT = 10  # classes below are overlays, nuktas, kana voicing and viramas: they make another letter

# What `str.isprintable` lets pass although nothing, or a choice of glyph only, is seen of it.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LINE_END = re.compile("\r\n|\n")
_NOT_LETTERS_APART = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ŋ": "n"}
)


def plain(text: object) -> str:
    """The text as one line, harmless to a terminal: what controls, hides or reorders becomes a visible mark."""
    given = str(text)
    if given.isprintable() and not _UNSEEN.search(given):
        return given
    return _NEWLINE_MARK.join(_marked(line) for line in _LINE_END.split(given))


def plain_lines(text: object) -> str:
    """Text of several lines, harmless to a terminal: line ends stay, a tab becomes spaces."""
    lines = _LINE_END.split(str(text))
    return "\n".join(plain(line.expandtabs(_TAB_WIDTH)) for line in lines)


def fold(text: str) -> str:
    """The text as searched: case, accents, widths and invisible characters do not count; Korean stays composed."""
    if text.isascii():
        return text.lower()
    bare = _decomposed(_decomposed(text)).translate(_NOT_LETTERS_APART)
    return unicodedata.normalize("NFC", bare)


def cut(text: str, width: int) -> str:
    """The text in at most `width` terminal cells, ending in … if something is missing; no character is torn."""
    from rich.cells import cell_len, split_graphemes  # only a screen or a table needs widths

    if cell_len(text) <= width:
        return text
    if width < 1:
        return ""
    end, used = 0, 1
    for _, stop, cells in split_graphemes(text)[0]:
        used += cells
        if used > width:
            break
        end = stop
    return text[:end] + "…"


def _marked(line: str) -> str:
    return "".join(letter if _shows(line, place, letter) else _mark(letter) for place, letter in enumerate(line))


def _shows(line: str, place: int, letter: str) -> bool:
    """Whether the letter is seen as itself, in this place."""
    before, after = line[place - 1 : place], line[place + 1 : place + 2]
    if letter in "\u200c\u200d":
        return _joins(before, letter, after)
    if _SELECTORS.match(letter):
        return before.strip() != "" and not _SELECTORS.match(before)
    if _UNSEEN.match(letter):
        return False
    return letter.isprintable() or unicodedata.category(letter) == "Zs" or _may_be_emoji(letter)


def _joins(before: str, joiner: str, after: str) -> bool:
    """Joiners are part of writing Farsi, of Indic scripts and of emoji; anywhere else they hide something."""
    if not before or not after:
        return False
    if _VIRAMA in (unicodedata.combining(before), unicodedata.combining(after)):
        return True
    if joiner == "\u200c":
        return unicodedata.bidirectional(before) in ("AL", "NSM") and unicodedata.bidirectional(after) == "AL"
    return _is_pictograph(before) and _is_pictograph(after)


def _is_pictograph(letter: str) -> bool:
    return letter == "\ufe0f" or unicodedata.category(letter) in ("So", "Sk") or _may_be_emoji(letter)


def _may_be_emoji(letter: str) -> bool:
    """Kept free for pictographs: this Python may be older than the emoji."""
    return "\U0001f000" <= letter <= "\U0001faff"


def _mark(letter: str) -> str:
    code = ord(letter)
    if code < 0x20:
        return chr(0x2400 + code)  # control pictures: ESC is ␛
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def _decomposed(text: str) -> str:
    if text.isascii():
        return text.casefold()
    return "".join(letter for letter in unicodedata.normalize("NFKD", text.casefold()) if not _is_accent(letter))


@lru_cache(maxsize=4096)
def _is_accent(letter: str) -> bool:
    return unicodedata.combining(letter) >= _FIRST_ACCENT or unicodedata.category(letter) == "Cf"


def sentence(text: str) -> str:
    """The text as a sentence; a first word that is a name of something, such as laptop-1, stays as it is."""
    start = text[:1].upper() if text.partition(" ")[0].isalpha() else text[:1]
    return f"{start}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"
