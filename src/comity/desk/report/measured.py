"""What an exercise measured: coverage and its gaps, the runs that count, where they left the protocol, who compares."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, Final

import msgspec

from comity.desk.files.deviations import compared, settings
from comity.desk.report.account import Account
from comity.desk.report.reach import PUBLIC
from comity.domain import coverage
from comity.domain.comparability import compare
from comity.domain.coverage import COUNTS, Coverage
from comity.domain.people import Person, Vetting
from comity.domain.record import Record
from comity.domain.run_states import run_state
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.scores import MEANS, compare_scores, score_interval
from comity.domain.systems import AccessWindow
from comity.domain.wording import grouped, listed, words
from comity.exporters.report import Row, Section, Told

_FEW: Final = 4  # cells that a reason names, before the rest is counted


class _Metric(msgspec.Struct):
    scorer: str
    score: str
    reducer: str | None
    metric: str
    value: float | str | None
    stderr: float | None
    scored: int | None


class _Header(msgspec.Struct):
    """As much of a header as is reckoned with; a peer may have written anything."""

    metrics: list[_Metric] = []
    items: dict[str, dict[str, list[float]]] = {}
    settings: dict[str, dict[str, Any]] = {}


def coverage_section(account: Account) -> Section:
    """How much of what must be run is covered, by institute, and why the rest is not."""
    cells = coverage.matrix(account.look, account.exercise)
    by: dict[str, list[Coverage]] = defaultdict(list)
    for each in cells:
        by[each.cell.institute].append(each)
    if not cells:
        return Section("Coverage")
    if account.reach.reader == PUBLIC:  # why a result is not there is not for everybody
        count = sum(each.state == "covered" for each in cells)
        told = f"Cells with a result that was released: {count} of {len(cells)}."
        return Section("Coverage", (account.told(told, account.exercise),))
    rows = [_line(account, name, some_) for name, some_ in sorted(by.items())]
    columns = ("Institute", "Covered", "Waived", "Not covered")
    told = f"Cells covered: {_count(cells, 'covered')}. Waived: {_count(cells, 'waived')}."
    first = account.told(told, account.exercise)
    return Section("Coverage", (first,), columns, tuple(rows), tuple(_reasons(account, cells)))


def _line(account: Account, institute: str, cells: Sequence[Coverage]) -> Row:
    counts = (_count(cells, state) for state in ("covered", "waived", "uncovered"))
    return account.row((institute, *counts), account.exercise)


def _count(cells: Sequence[Coverage], state: str) -> str:
    return f"{sum(each.state == state for each in cells)} of {len(cells)}"


def _reasons(account: Account, cells: Sequence[Coverage]) -> Iterator[Told]:
    """Each reason with how many cells it keeps open, gaps before what was waived."""
    alike: dict[tuple[bool, str], list[Coverage]] = defaultdict(list)
    for each in cells:
        if each.reason:
            alike[each.state == "waived", each.reason].append(each)
    for (waived, reason), some_ in sorted(alike.items(), key=lambda pair: (pair[0][0], -len(pair[1]), pair[0][1])):
        places = [account.place(each.cell) for each in some_]
        named = [f"{each.cell.institute}, {place}" for each, (place, _) in zip(some_, places, strict=True)]
        more = [f"{len(named) - _FEW} more"] if len(named) > _FEW else []
        text = f"{'waived: ' if waived else ''}{reason} ({'; '.join([*named[:_FEW], *more])})"
        about = [record for each in some_ for record in _behind(account, each)]
        told_of = [record for _, records in places for record in records]
        yield account.told(text, some_[0].cell, *about, *told_of, lead=f"{len(some_)} of {len(cells)}")


def _behind(account: Account, each: Coverage) -> Iterator[Record | None]:
    """The records besides cells that a reason tells of."""
    look, cell = account.look, each.cell
    yield each.run
    match each.cause:
        case "no_access":
            yield from look.find(AccessWindow, system=cell.system)
        case "no_vetting":
            owners = look.find(Person, name=cell.owner, institute=cell.institute)
            yield from (*owners, *look.find(Vetting, person=[person.id for person in owners]))
        case "machine_text":
            yield coverage.back_check(look, account.exercise)


def results_section(account: Account) -> Section:
    """The runs that count with their scores; then those with a log that do not, and why."""
    runs = [run for run in account.own(Run) if run.header]
    rows = tuple(row for run in runs if run.validity in COUNTS for row in _scores(account, run))
    columns = ("Run", "Institute", "What was run", "Metric", "Score", "95 % interval", "Items", "Counts as")
    others = tuple(_not_counted(account, run) for run in runs if run.validity not in COUNTS)
    told = f"Runs that count: {sum(run.validity in COUNTS for run in runs)} of {len(runs)} that have a log."
    first = (account.told(told, account.exercise),) if runs else ()
    return Section("Results", first, columns, rows, others)


def _scores(account: Account, run: Run) -> Iterator[Row]:
    place, named = account.what(run)
    counts = "valid" if run.validity == "valid" else f"accepted deviation{f': {run.remark}' if run.remark else ''}"
    header = _header(run)
    found = [each for each in header.metrics if each.metric in MEANS] if header else []
    for score in map(_score, found) if found else [("unknown", "unknown", "none", "unknown")]:
        yield account.row((account.called(run), run.institute, place, *score, counts), run, *named)


def _score(each: _Metric) -> tuple[str, str, str, str]:
    """Metric, score, interval and number of items, as text; no interval is said, not left blank."""
    interval = score_interval(msgspec.to_builtins(each))
    bounds = f"{interval.low:.3f} to {interval.high:.3f}" if interval else "none"
    if not interval and each.stderr:
        bounds = f"none, standard error {each.stderr:.3f}"
    value = f"{each.value:.3f}" if isinstance(each.value, float | int) else str(each.value or "unknown")
    return words(f"{each.scorer}, {each.metric}"), value, bounds, str(each.scored or "unknown")


def _header(run: Run) -> _Header | None:
    """What is reckoned with; None where it is not what a log says."""
    try:
        return msgspec.convert(run.header, _Header) if run.header else None
    except msgspec.ValidationError:
        return None


def _not_counted(account: Account, run: Run) -> Told:
    place, named = account.what(run)
    _, word = run_state(account.look, run)
    return account.told(f"{run.institute}, {place}: {word}", run, *named, lead=account.called(run), facts=[run.remark])


def deviations_section(account: Account) -> Section:
    """Every setting in which a run left the protocol, and what was decided."""
    rows = []
    for run in account.own(Run):
        found = account.look.find(Deviation, run=run.id)
        for each in sorted(found, key=lambda each: (each.disposition, each.field_class, each.setting)):
            decided = f"{each.disposition}{f': {each.reason}' if each.reason else ''}"
            setting = f"{words(each.setting)} ({each.field_class})"
            cells = (account.called(run), setting, grouped(each.expected), grouped(each.actual), decided)
            rows.append(account.row(cells, each, run))
    return Section(
        "Deviations from the protocol", (), ("Run", "Setting", "Protocol", "Run did", "Decision"), tuple(rows)
    )


def comparability_section(account: Account) -> Section:
    """Runs of the same by two institutes: whether they may be compared, and the difference where both count."""
    alike: dict[tuple[str, str, str], list[tuple[Run, Cell]]] = defaultdict(list)
    for run in account.own(Run):
        cell = account.look.get(Cell, run.cell) if run.cell else None
        if cell and _header(run) and run.execution_status == "succeeded" and run.validity != "void":
            alike[cell.system, cell.task, cell.language].append((run, cell))
    pairs = (pair for runs in alike.values() for pair in combinations(runs, 2))
    items = [_pair(account, a, b, cell) for (a, cell), (b, _) in pairs if a.institute != b.institute]
    return Section("Comparability", items=tuple(items))


def _pair(account: Account, a: Run, b: Run, cell: Cell) -> Told:
    place, named = account.place(cell)
    protocol, said = compared(account.reach, a, b)
    verdict = compare(said[0], said[1], settings(protocol) if protocol else None)
    fields = f": {', '.join(map(words, verdict.fields))}" if verdict.fields else ""
    text = f"{place}: {words(verdict.verdict)}{fields}."
    lead = listed([_whose(account, run) for run in (a, b)])
    return account.told(text, a, b, protocol, *named, lead=lead, facts=_difference(account, a, b))


def _whose(account: Account, run: Run) -> str:
    return f"{account.called(run)} {run.institute}"


def _difference(account: Account, a: Run, b: Run) -> list[str]:
    """The difference of their scores with its interval, once both count."""
    open_ = [account.called(run) for run in (a, b) if run.validity not in COUNTS]
    if open_:
        return [f"no difference is given: {listed(open_)} {'does' if len(open_) == 1 else 'do'} not count"]
    scores = compare_scores(a.header or {}, b.header or {}, names=(_whose(account, a), _whose(account, b)))
    return [f"{words(each.metric)}: {each.statement}" for each in scores if each.metric.rpartition("/")[2] in MEANS]
