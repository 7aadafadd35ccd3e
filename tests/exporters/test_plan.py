"""A plan that is written reads back as the same records, whatever people typed into them."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.domain.facet import Facet, Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.naming import KEYS
from comity.domain.parse import parse
from comity.domain.record import Record, choices, facets, required
from comity.exporters.plan import plan_toml
from comity.exporters.plan_cells import matrices
from comity.importers.plan import PlanFile
from comity.importers.plan_entries import PlanEntry
from importers.reading import read_plan

TODAY = date(2026, 11, 23)
UKUS, PRIVATE = "a" * 32, "b" * 32
GROUPS = {UKUS: "UKUS", PRIVATE: "private"}
ODD = [
    "\x00\x1b[2J",
    "a\r\nb",
    "\u202eabc",
    "👩‍🚀 \U000e0041",
    '"""',
    "'''",
    "\\",
    "#",
    "[[run]]",
    "= 1",
    "\x9b",
    "\x7f",
    "한국어",
    "\n\n",
]
texts = st.one_of(st.sampled_from(ODD), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
codes = st.sampled_from(["UK-AISI", "R1", "R2", "S-01", "é"])
facts = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(1 - 2**63, 2**63 - 1)
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
        max_leaves=5,
    ),
    max_size=3,
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
PLAIN: Mapping[Shape, st.SearchStrategy[Any]] = {
    Shape.LINE: texts,
    Shape.PROSE: texts,
    Shape.CODE: codes,
    Shape.INSTITUTE: codes,
    Shape.LANGUAGE: st.sampled_from(["en", "ko", "zh-Hans"]),
    Shape.DATE: st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    Shape.MOMENT: moments,
    Shape.COUNT: st.integers(0, 2**53 - 1),
    Shape.NUMBER: st.floats(allow_nan=False, allow_infinity=False),
    Shape.FLAG: st.booleans(),
    Shape.MARKING: st.sampled_from(["TLP:AMBER", "TLP:RED", "TLP:CLEAR"]),
    Shape.FACTS: facts,
}


def an_id(number: int) -> str:
    return str(UUID(int=number))


OUTSIDE = {an_id(1_000_000 + number): f"outside {number}" for number in range(4)}


class Plans:
    """Draws the records of a plan: each refers to records drawn before it, in and outside of the export."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.count = draw, 0
        self.records: dict[str, list[Record]] = {noun: [] for noun in KEYS}
        self.exercise = self.add("exercise")
        for _ in range(draw(st.integers(0, 10))):
            self.add(draw(st.sampled_from([noun for noun in KEYS if noun != "exercise"])))

    def add(self, noun: str) -> Record:
        kind = BY_NOUN[noun]
        self.count += 1
        number = self.count
        raw = {name: self.value(kind, name, facet) for name, facet in facets(kind).items() if self.wants(kind, name)}
        values = parse(kind, raw, resolve=lambda _, text: text, today=TODAY)
        record = kind(id=an_id(number), group=self.draw(st.sampled_from([UKUS, PRIVATE])), **values)
        self.records[noun].append(record)
        return record

    def wants(self, kind: type[Record], name: str) -> bool:
        told = {"start", "end", "opens", "closes", "window_start", "window_end", "due", "review_due_on", "expires_on"}
        paired = {"granted_on", "in_force_from", "valid_from", "valid_to", "numerator", "denominator", "verified_by"}
        return required(kind, name) or (name not in told | paired and self.draw(st.booleans()))

    def value(self, kind: type[Record], name: str, facet: Facet) -> Any:
        if facet.many:
            return [self.one(kind, name, facet) for _ in range(self.draw(st.integers(0, 2)))]
        if kind.noun == "leave" and facet.shape is Shape.DATE:
            return TODAY
        return self.one(kind, name, facet)

    def one(self, kind: type[Record], name: str, facet: Facet) -> Any:
        if facet.shape is Shape.CHOICE:
            return self.draw(st.sampled_from([word for word in choices(kind, name) if word]))
        if facet.shape is Shape.REF:
            return self.reference(facet.refers)
        if name == "country":
            return self.draw(st.sampled_from(["GB", "US", "SG", "JP"]))
        value = self.draw(PLAIN[facet.shape])
        return "x" if required(kind, name) and isinstance(value, str) and not value.strip() else value

    def reference(self, refers: str) -> str:
        if refers == "exercise" and self.draw(st.booleans()):
            return self.exercise.id
        outside = self.draw(st.sampled_from(list(OUTSIDE)))
        known = [record.id for record in self.records.get(refers, ()) if refers != "exercise"]
        return self.draw(st.sampled_from([outside, *known]))


@st.composite
def plans(draw: st.DrawFn) -> Plans:
    return Plans(draw)


def outside_name(id: str) -> str:
    return OUTSIDE[id]


def written(exercise: Record, records: Mapping[str, Sequence[Record]]) -> str:
    return plan_toml(exercise, records, outside_name, GROUPS.__getitem__)


def resolved(plan: PlanFile, ids: Mapping[tuple[str, ...], str], refers: str, text: str) -> str:
    meant = plan.entry(refers, text)
    if meant:
        return ids[meant.key]
    return next((id for id, name in OUTSIDE.items() if name == text), text)


def test_a_product_of_cells_is_written_as_a_matrix_and_only_what_differs_beside_it() -> None:
    cells = [
        {"strand": "C", "institute": institute, "system": system, "task": task, "owner": f"planner {institute}"}
        for institute in ("UK", "US")
        for system in ("A", "B")
        for task in ("t", "u")
    ]
    del cells[0]["owner"]
    cells[7]["waived"] = "no range"
    found, written = matrices([*cells, {**cells[1], "task": "alone"}])
    assert [(each["tasks"], each["owners"]) for each in found] == [
        (["t", "u"], {"UK": "planner UK", "US": "planner US"})
    ]
    assert written == [cells[0], cells[7], {**cells[1], "task": "alone"}]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(plans())
def test_what_is_written_reads_back_as_the_same_records(tmp_path_factory: Any, drawn: Plans) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "plan.toml"
    path.write_text(written(drawn.exercise, drawn.records), "utf-8", newline="")
    plan = read_plan(path)
    ids = {entry.key: record.id for noun in KEYS for entry, record in matched(plan, drawn, noun)}
    assert len(ids) == len(plan.entries) == sum(map(len, drawn.records.values()))
    for noun in KEYS:
        left = {record.id: record for record in drawn.records[noun]}
        for entry in (entry for entry in plan.entries if entry.noun == noun):
            same = [record for record in left.values() if is_said(plan, ids, entry, record)]
            assert same, f"{entry} is none of the records that were written"
            ids[entry.key] = same[0].id
            del left[same[0].id]


def matched(plan: PlanFile, drawn: Plans, noun: str) -> list[tuple[PlanEntry, Record]]:
    """Entries come in the order of the records; only cells are sorted into matrices, and runs and findings by need."""
    lines = sorted((entry for entry in plan.entries if entry.noun == noun), key=lambda entry: entry.line or 0)
    return list(zip(lines, drawn.records[noun], strict=True))


def is_said(plan: PlanFile, ids: Mapping[tuple[str, ...], str], entry: PlanEntry, record: Record) -> bool:
    kind = BY_NOUN[entry.noun]
    raw = {**entry.raw, "marking": entry.marking}
    values = parse(kind, raw, resolve=lambda refers, text: resolved(plan, ids, refers, text), today=TODAY)
    said = kind(**values)
    where = (entry.id or record.id, entry.group) == (record.id, GROUPS[record.group])
    return where and all(getattr(record, name) == getattr(said, name) for name in facets(kind))
