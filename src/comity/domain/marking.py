"""How far a record may go: reading markings, the strictest of several, and which group a marking permits."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache, reduce
from types import MappingProxyType

from comity.domain.classified import refuse_classified
from comity.domain.countries import ALLIANCES, trigraph
from comity.domain.labels import (
    CATEGORIES,
    CONTROLS,
    COUNTRY_OF,
    LEVELS,
    ONE_INSTITUTE,
    RANKS,
    REPLACED,
    UNREADABLE_RANK,
)
from comity.errors import BadInput

STRICTEST = "TLP:RED"
_LONGEST = 2000
_NO_COUNTRIES: Mapping[str, str] = MappingProxyType({})
_HEAD = re.compile(
    r"""(?: (?P<TLP>(?:TLP[\s:]*)?(?:CLEAR|GREEN|AMBER(?:[\s+-]*STRICT)?|RED))
          | (?P<UK>OFFICIAL(?:[\s:-]*SENSITIVE)?)
          | (?P<NATO>NATO[\s-]*UNCLASSIFIED)
          | (?P<CA>PROTECTED[\s-]*A)
          | (?P<US>CONTROLLED\ UNCLASSIFIED\ INFORMATION|UNCLASSIFIED|CUI)
        )(?![A-Z0-9+]) (?P<rest>.*)""",
    re.VERBOSE,
)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]*")
_COUNT_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Mark:
    """A level of one policy with caveats. `circle`: the only institutes (TLP) or countries (REL TO) it may reach."""

    policy: str
    level: str
    caveats: frozenset[str] = frozenset()
    circle: frozenset[str] | None = None

    def __str__(self) -> str:
        return self.level + "".join(f"//{'/'.join(words)}" for words in self._groups() if words) + self._named()

    def _groups(self) -> tuple[list[str], list[str]]:
        controls = CONTROLS.get(self.policy, ())
        return (
            sorted(self.caveats.difference(controls)),
            sorted(self.caveats.intersection(controls))
            + ([self._releasable()] if self.policy == "US" and self.circle else []),
        )

    def _releasable(self) -> str:
        others = sorted((self.circle or frozenset()) - {"USA"})
        return "REL TO " + ", ".join(["USA", *others]) if others else "NOFORN"

    def _named(self) -> str:
        return f" FOR {', '.join(sorted(self.circle))}" if self.policy == "TLP" and self.circle else ""


@dataclass(frozen=True, slots=True)
class Marking:
    """At most one mark of each policy; str() is the text that records, pages and files carry."""

    marks: tuple[Mark, ...]

    def __str__(self) -> str:
        return " // ".join(map(str, self.marks))

    @property
    def rank(self) -> int:
        """How strict it is, in steps of TLP: 0 CLEAR to 4 RED; above it what nobody can read."""
        return max(RANKS.get(mark.level, UNREADABLE_RANK) for mark in self.marks)

    @property
    def policy(self) -> str:
        """The policy of its strictest mark."""
        return self._strictest().policy

    @property
    def level(self) -> str:
        """The label of its strictest mark."""
        return self._strictest().level

    @property
    def caveats(self) -> frozenset[str]:
        """The caveats of all its marks."""
        return frozenset().union(*(mark.caveats for mark in self.marks))

    def _strictest(self) -> Mark:
        return max(self.marks, key=lambda mark: RANKS.get(mark.level, UNREADABLE_RANK))


UNREADABLE = Marking((Mark("", "TLP:RED // UNREADABLE"),))
_CLEAR = Mark("TLP", "TLP:CLEAR")


def parse_marking(text: str) -> Marking:
    """The marking that a person typed; none means the strictest. Raises BadInput with the nearest right label."""
    if len(text) > _LONGEST:
        raise BadInput("This is no marking: it is too long.", "Write one such as TLP:AMBER.")
    refuse_classified(text)
    wanted = " ".join(unicodedata.normalize("NFKC", text).upper().split()) or STRICTEST
    marks: list[Mark] = []
    for part in (part.strip(" []()") for part in re.split("/+", wanted)):
        head = _HEAD.fullmatch(part)
        if not head:
            marks[-1:] = [_with_caveat(marks[-1] if marks else None, part)]
            continue
        mark = _of_level(head)
        rest = head["rest"].strip(" -–:[]()")
        marks.append(_with_caveat(mark, rest) if rest else mark)
    return _united(marks)


@lru_cache(maxsize=1024)
def read_marking(text: str) -> Marking:
    """The marking of a record, from whomever it came; what cannot be read counts as the strictest of all."""
    try:
        return parse_marking(text)
    except BadInput:
        return UNREADABLE


def join(markings: Iterable[str]) -> str:
    """The marking of a whole: strict enough for each of its parts. Nothing at all is TLP:CLEAR."""
    read = [read_marking(text) for text in markings]
    if UNREADABLE in read:
        return str(UNREADABLE)
    return str(_united([_CLEAR, *(mark for marking in read for mark in marking.marks)]))


def above(marking: str, ceiling: str) -> bool:
    """Whether a record of this marking is masked under that ceiling."""
    return read_marking(marking).rank > read_marking(ceiling).rank


def lowers(old: str, new: str) -> bool:
    """Whether the new marking gives up anything that the old one asks for; only the originator may."""
    return join([old, new]) != join([new])


def tlp(marking: str) -> str:
    """The TLP label that is as strict, for the colour of a marking."""
    return LEVELS["TLP"][min(read_marking(marking).rank, 4)]


def permits(
    marking: str, members: Iterable[str], *, private: bool, countries: Mapping[str, str] = _NO_COUNTRIES
) -> str:
    """Empty if the group may hold the marking, else the sentence why not. `countries`: of institutes, by their code."""
    read, institutes = read_marking(marking), sorted(set(members))
    if read == UNREADABLE:
        return "" if private else "This version cannot read the marking; such a record stays in a private group."
    for mark in read.marks:
        obstacle = "" if private else _too_wide(mark, institutes)
        obstacle = obstacle or _out_of_country(mark, institutes, countries, private=private)
        if obstacle:
            return obstacle
    return ""


def _of_level(head: re.Match[str]) -> Mark:
    policy = str(head.lastgroup if head.lastgroup != "rest" else next(p for p in LEVELS if head[p]))
    wanted = _letters(head[policy].replace("CONTROLLED UNCLASSIFIED INFORMATION", "CUI"))
    level = next(level for level in LEVELS[policy] if wanted in (_letters(level), _letters(level.removeprefix("TLP:"))))
    closed = level in ("TLP:AMBER+STRICT", "TLP:RED")
    return Mark(policy, level, circle=frozenset() if closed else None)


def _with_caveat(mark: Mark | None, text: str) -> Mark:
    """The mark with one more caveat; a person's text that is neither label nor caveat is refused."""
    if mark and mark.level == "TLP:RED" and text.startswith("FOR "):
        return replace(mark, circle=_recipients(text.removeprefix("FOR ")))
    if mark and mark.level == "CUI" and (circle := _released_to(text)):
        return replace(mark, circle=circle if mark.circle is None else mark.circle & circle)
    if mark and mark.level in ("CUI", "OFFICIAL-SENSITIVE") and _is_caveat(mark.policy, text):
        return replace(mark, caveats=mark.caveats | {text})
    raise _no_marking(mark, text)


def _is_caveat(policy: str, text: str) -> bool:
    return text in CATEGORIES[policy] + CONTROLS[policy] or (
        policy == "US" and re.fullmatch("SP-[A-Z]{2,8}", text) is not None
    )


def _recipients(text: str) -> frozenset[str]:
    codes = [code.strip() for code in text.split(",")]
    if not all(map(_CODE.fullmatch, codes)):
        raise BadInput(f"«{text}» is no list of institutes; write TLP:RED FOR UK-AISI, US-CAISI.")
    return frozenset(codes)


def _released_to(text: str) -> frozenset[str]:
    """The countries of REL TO or NOFORN; empty for any other caveat."""
    if text in ("NOFORN", "NF"):
        return frozenset({"USA"})
    if not text.startswith("REL TO "):
        return frozenset()
    found = {"USA"}
    for name in re.split(r"[\s,]+", text.removeprefix("REL TO ").strip(" ,")):
        known = ALLIANCES.get(name) or {trigraph(name)} - {""}
        if not known:
            raise BadInput(f"«{name}» is no country; REL TO takes three letters each: CUI//REL TO USA, GBR.")
        found |= known
    return frozenset(found)


def _no_marking(mark: Mark | None, text: str) -> BadInput:
    if text in REPLACED:
        return BadInput(f"«{text}» is no longer used: {REPLACED[text]}.", "Write the new one.", code="marking")
    known = list(RANKS)
    if mark:
        known += ["REL TO USA", "NOFORN", *CATEGORIES.get(mark.policy, ()), *CONTROLS.get(mark.policy, ())]
    near = get_close_matches(text, known, n=2, cutoff=0.5)
    guess = f"; did you mean {' or '.join(near)}?" if near else "."
    what = f"no caveat of {mark.level}" if mark else "no marking that Comity knows"
    return BadInput(f"«{text}» is {what}{guess}", hint=f"Markings: {', '.join(RANKS)}.", code="marking")


def _united(marks: Iterable[Mark]) -> Marking:
    found: dict[str, list[Mark]] = {}
    for mark in marks:
        found.setdefault(mark.policy, []).append(mark)
    united = [reduce(_stricter, found[policy]) for policy in LEVELS if policy in found]
    return Marking(tuple(mark for mark in united if mark != _CLEAR) or (_CLEAR,))


def _stricter(a: Mark, b: Mark) -> Mark:
    """The least mark of one policy that asks for everything both ask for: caveats add up, circles intersect."""
    level = max(a.level, b.level, key=LEVELS[a.policy].index)
    circles = [mark.circle for mark in (a, b) if mark.circle is not None]
    return Mark(a.policy, level, a.caveats | b.caveats, frozenset.intersection(*circles) if circles else None)


def _too_wide(mark: Mark, institutes: list[str]) -> str:
    if mark.level == "TLP:RED":
        if not mark.circle:
            return "TLP:RED stays in a private group, or names every recipient: TLP:RED FOR UK-AISI, US-CAISI."
        unnamed = [code for code in institutes if code not in mark.circle]
        return f"{mark} does not name {', '.join(unnamed)}, and this group reaches it." if unnamed else ""
    if len(institutes) > 1 and (mark.level == "TLP:AMBER+STRICT" or ONE_INSTITUTE in mark.caveats):
        name = ONE_INSTITUTE if ONE_INSTITUTE in mark.caveats else "AMBER+STRICT"
        count = _COUNT_WORDS[len(institutes)] if len(institutes) < len(_COUNT_WORDS) else len(institutes)
        return f"{name} stays in one institute; this group has {count}."
    return ""


def _out_of_country(mark: Mark, institutes: list[str], countries: Mapping[str, str], *, private: bool) -> str:
    circles = [frozenset({COUNTRY_OF[caveat]}) for caveat in mark.caveats if caveat in COUNTRY_OF]
    if mark.policy == "US" and mark.circle:
        circles.append(mark.circle)
    if not circles:
        return ""
    allowed = frozenset.intersection(*circles)
    for code in institutes:
        country = trigraph(countries.get(code, ""))
        if not country and not private:
            return f"{mark} asks for countries, and your private group has no country of {code}; record it there first."
        if country and country not in allowed:
            return f"{mark} does not reach {code} ({country})."
    return ""


def _letters(text: str) -> str:
    return re.sub("[^A-Z]", "", text)
