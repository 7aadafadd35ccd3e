"""Benchmarks of the store: `PYTHONPATH=tests python -m bench [NAME ...]` prints ratios of medians, both of one run.

They never pass or fail by time; the aims stand beside what was found.
"""

import gc
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.lists import compared, home_of
from comity.cli.desks import loaded
from comity.desk.desk import Desk
from comity.domain.query import parse_query
from comity.domain.runs import Run
from comity.log.commit import ORIGINATOR, Change, Commit
from comity.log.envelope import NO_PREV, Envelope, Slot, sealed
from comity.store import counting, search, select
from laws.laptops import Laptop, three

TOLD: list[str] = []  # every ratio of this run, for a table at its end
WORDS = "flood ebb spring neap tide marsh salt lantern harbour signal fathom keel drift anchor swell reef".split()


def times(work: Callable[[], Any], count: int = 7) -> float:
    """The median of the seconds that some work takes."""
    seen = []
    for _ in range(count):
        start = time.perf_counter()
        work()
        seen.append(time.perf_counter() - start)
    return statistics.median(seen)


def tell(what: str, ours: float, theirs: float, aim: str) -> None:
    TOLD.append(f"{what:<62} {ours / theirs:7.2f}x  aim {aim:<8} ({ours * 1e3:9.2f} ms / {theirs * 1e3:9.2f} ms)")
    print(TOLD[-1], flush=True)


def run_of(number: int) -> dict[str, Any]:
    rng = random.Random(number)
    header = {"eval_id": f"e{number}", "task": f"task{number % 40}", "status": "success", "model": "mockllm/model-a"}
    return {
        "label": f"R{number}", "institute": rng.choice(("UK-AISI", "US-CAISI")), "language": "en",
        "marking": "TLP:AMBER", "remark": " ".join(rng.choices(WORDS, k=40)),
        "execution_status": ["1", "1", "succeeded"], "header": ["1", "1", header],
    }  # fmt: skip


def changes(start: int, count: int) -> list[Change]:
    return [
        Change("run", number.to_bytes(16), {ORIGINATOR: "UK-AISI", **run_of(number)})
        for number in range(start, start + count)
    ]


def signed(laptop: Laptop, group: bytes, count: int) -> list[Envelope]:
    """One envelope per record, each with its own seal and signature, as a peer would have written them."""
    (seat,) = (each.id for each in laptop.standing(group).seats.values() if each.device == laptop.device)
    key = laptop.store.circles.of(group).writing_key()
    assert key is not None
    made, prev = [], NO_PREV
    for number in range(count):
        commit = Commit(1_700_000_000_000, "peer", "", (changes(number, 1)[0],))
        slot = Slot(group, seat, number + 1, number + 1, prev)
        envelope = sealed(slot, commit.encode(), key, laptop.keys.pair.secret)
        made.append(envelope)
        prev = envelope.id
    return made


def filled(place: Path, count: int) -> tuple[bytes, Laptop]:
    """A laptop that holds so many runs."""
    place.mkdir()
    group, (laptop, *others) = three(place, random.Random(1))
    for other in others:
        other.close()
    for start in range(0, count, 10_000):
        laptop.write(group, *changes(start, min(10_000, count - start)))
    return group, laptop


def applying(place: Path) -> None:
    """10,000 received envelopes against inserting the same JSON raw."""
    from comity.log.envelope import decode, vouched

    count = 10_000
    group, (uk, us, us2) = three(place / "apply", random.Random(1))
    data = [each.encode() for each in signed(us2, group, count)]
    start = time.perf_counter()
    envelopes = [decode(each) for each in data]
    assert len(vouched(envelopes, us2.device)) == count
    for page in range(0, count, 1_000):
        uk.take(envelopes[page : page + 1_000])
    ours = time.perf_counter() - start

    def raw() -> None:
        database = sqlite3.connect(place / f"raw{time.monotonic_ns()}.db")
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE run (id TEXT PRIMARY KEY, data TEXT)")
        rows = [(str(UUID(int=number)), json.dumps(run_of(number))) for number in range(count)]
        nonlocal raw_seconds
        begin = time.perf_counter()
        with database:
            database.executemany("INSERT INTO run VALUES (?, ?)", rows)
        raw_seconds = time.perf_counter() - begin
        database.close()

    raw_seconds = 0.0
    seen = []
    for _ in range(5):
        raw()
        seen.append(raw_seconds)
    tell("apply 10,000 envelopes / executemany of the same JSON", ours, statistics.median(seen), "10x")
    print(f"{'':<62} {count / ours:9.0f} records a second", flush=True)
    for each in (uk, us, us2):
        each.close()


def editing(place: Path) -> None:
    """One edit of a record in 10,000 against one synced commit of one row."""
    from comity.desk import acting
    from comity.store import reading

    _, laptop = filled(place / "edit", 10_000)
    plain = sqlite3.connect(place / "plain.db", isolation_level=None)
    plain.execute("PRAGMA journal_mode=WAL")
    plain.execute("PRAGMA synchronous=FULL")
    plain.execute("CREATE TABLE t (x TEXT)")
    with laptop.store.reading() as connection:
        record = reading.get(connection, Run, str(UUID(int=77)))
    assert record is not None
    number = iter(range(1_000))
    desk: Desk = laptop.desk

    def edit() -> None:
        acting.save(desk, acting.open_record(desk, record), {"remark": f"edit {next(number)}"})

    ours, theirs = times(edit, 60), times(lambda: plain.execute("INSERT INTO t VALUES ('x')"), 60)
    tell("one edit of a record among 10,000 / one synced commit", ours, theirs, "3x")
    laptop.close()


def searching(place: Path) -> None:
    """Search, filter and windows in 100,000 records against 1,000."""
    found: dict[int, dict[str, float]] = {}
    for count in (1_000, 100_000):
        _, laptop = filled(place / f"search{count}", count)
        found[count] = asked(laptop, count)
        laptop.close()
    for name, seconds in found[100_000].items():
        aim = "16 ms" if name.startswith("search") else "1.2x" if name.startswith("window") else "-"
        tell(f"{name}: 100,000 / 1,000 records", seconds, found[1_000][name], aim)


def asked(laptop: Laptop, count: int) -> dict[str, float]:
    with laptop.store.reading() as connection:

        def chosen(text: str) -> select.Selection:
            query, desk = parse_query(text, Run, today=laptop.desk.today), laptop.desk
            return select.Selection(Run, query, {}, desk.today, False, desk.now())

        def window(text: str, offset: int) -> Callable[[], Any]:
            return lambda: select.page(connection, chosen(text), (), 50, offset)

        last = select.numbers(connection, chosen(""))
        return {
            "search per key, f": times(lambda: search.find(connection, "f", 50)),
            "search per key, flo": times(lambda: search.find(connection, "flo", 50)),
            "search per key, flood salt": times(lambda: search.find(connection, "flood salt", 50)),
            "search per key, R77": times(lambda: search.find(connection, "R77", 50)),
            "window of 50, first": times(window("", 0)),
            "window of 50, last": times(window("", count - 50)),
            "numbers of all": times(lambda: select.numbers(connection, chosen("")), 3),
            "numbers, filter of a word": times(lambda: select.numbers(connection, chosen("lantern")), 3),
            "count, filter of a field": times(lambda: counting.count(connection, chosen("language:en")), 3),
            "window by numbers, last": times(lambda: by_numbers(connection, last[-50:])),
        }


def by_numbers(connection: Any, numbers: list[int]) -> Any:
    from comity.store import reading

    return reading.numbered(connection, Run, numbers)


def remembering(place: Path) -> None:
    """The most memory that taking in takes, 10,000 envelopes against 1,000."""
    program = (
        "import resource, random, sys; from pathlib import Path; from bench.__main__ import signed, three\n"
        "group, (uk, us, us2) = three(Path(sys.argv[1]), random.Random(1))\n"
        "made = (signed(us2, group, int(sys.argv[2])))\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "for start in range(0, len(made), 1000): uk.take(made[start:start + 1000])\n"
        "print(before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)\n"
    )
    seen = {}
    for count in (1_000, 10_000):
        told = [sys.executable, "-c", program, str(place / f"memory{count}"), str(count)]
        before, after = map(int, subprocess.run(told, capture_output=True, text=True, check=True).stdout.split())
        seen[count] = (before, after)
    print(f"{'memory at most, taking in 10,000 / 1,000':<62} {seen[10_000][1] / seen[1_000][1]:7.2f}x  (kB {seen})")


def listing(place: Path) -> None:
    """`comity run list --json` over 10,000 runs against importing what it stands on."""
    from comity import bootstrap
    from comity.log import keyfile

    home = place / "list"
    bootstrap.init(home, institute="UK-AISI", person="Ada Lovelace", device="bench", cost=keyfile.INTERACTIVE)
    desk = bootstrap.open_desk(home)
    with desk.store.writing() as connection:
        group = bytes.fromhex(desk.store.private)
        desk.store.write(connection, group, changes(0, 10_000), author="", reason="", at_ms=1)
    desk.close()

    def program(*words: str) -> Callable[[], Any]:
        return lambda: subprocess.run([sys.executable, *words], stdout=subprocess.DEVNULL, check=True)

    bare = times(program("-c", "pass"))
    base = times(program("-c", "import sqlmodel"))
    every = times(program("-m", "comity", "--home", str(home), "run", "list", "--json"))
    tell("`run list --json` of 10,000 / `import sqlmodel`", every, base, "1.3x")
    few = times(program("-m", "comity", "--home", str(home), "run", "list", "--json", "--limit", "50"))
    tell("`run list --json --limit 50` among 10,000 / `import sqlmodel`", few, base, "-")
    tell("`--version` / `python -c pass`", times(program("-m", "comity", "--version")), bare, "3x")
    tell("`--help` / `python -c pass`", times(program("-m", "comity", "--help")), bare, "3x")
    tell("`import click` / `python -c pass`", times(program("-c", "import click")), bare, "-")


def app(place: Path) -> None:
    """The list of runs in the app, 100,000 against 1,000, from the key to the screen."""
    small, large = (home_of(place / f"app{count}", count, changes) for count in (1_000, 100_000))
    for name, ours, theirs in compared(small, large):
        tell(f"app, list of runs, {name}: 100,000 / 1,000", ours, theirs, "-" if "checks" in name else "1.2x")


def care(place: Path) -> None:
    """Rebuild and verification of 10,000 records, per record."""
    from comity.store import verify

    _, laptop = filled(place / "care", 10_000)
    print(f"{'rebuild 10,000 records':<62} {times(laptop.store.rebuild, 1):7.2f} s")
    print(f"{'verify 10,000 records':<62} {times(lambda: verify.problems(laptop.store), 1):7.2f} s")
    print(f"{'memory so far':<62} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:7.0f} MB")
    laptop.close()


BENCHES = {
    "apply": applying,
    "edit": editing,
    "search": searching,
    "list": listing,
    "app": app,
    "memory": remembering,
    "care": care,
}

if __name__ == "__main__":
    gc.disable()
    loaded()  # look for garbage as seldom as the program does
    with tempfile.TemporaryDirectory() as folder:
        for name in sys.argv[1:] or BENCHES:
            if name in BENCHES:
                BENCHES[name](Path(folder))
            else:
                import_module(f"bench.{name}").main()
    print("", *TOLD, sep="\n")
