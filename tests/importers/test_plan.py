"""A plan file is read whole or refused with every line that is wrong."""

import random
import resource
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.domain.kinds import KINDS
from comity.domain.naming import KEYS
from comity.domain.record import facets
from comity.errors import BadInput, NotFound
from comity.importers.plan import PlanFile
from comity.samples.catalogue import plans
from importers.reading import read_plan

Reads = Callable[[str], PlanFile]
HEAD = '[exercise]\ncode = "X"\ngroup = "UKUS"\nmarking = "TLP:AMBER"\nsynthetic = true\n'
MATRIX = "[matrix]\nstrand='s'\ninstitutes=['a']\nsystems=['b']\ntasks=['c']\n"


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    def read(text: str) -> PlanFile:
        path = tmp_path / "x.toml"
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
        return read_plan(path)

    return read


def wrong(reads: Reads, text: str) -> list[str]:
    with pytest.raises(BadInput) as caught:
        reads(text)
    return [problem.message for problem in caught.value.problems]


def test_keys_name_kinds_and_fields_that_exist() -> None:
    outside = {"group", "disclosure"}  # who is in a group and what has left are told by the log
    assert {*KEYS} == {kind.noun for kind in KINDS} - outside
    for kind in KINDS:
        fields = [field for fields in KEYS.get(kind.noun, ()) for field in fields.split("|")]
        assert {*fields} <= {*facets(kind)}


def test_group_marking_and_banner_of_the_exercise_hold_for_all_that_names_none(reads: Reads) -> None:
    plan = reads(
        HEAD
        + '[[strand]]\ntitle = "Cyber"\n'
        + '[[person]]\nname = "P"\ngroup = "private"\nmarking = "TLP:RED"\nsynthetic = false'
    )
    strand, person = plan.entry("strand", "Cyber"), plan.entry("person", "P")
    assert strand
    assert person
    assert (strand.group, strand.marking, dict(strand.raw)) == (
        "UKUS",
        "TLP:AMBER",
        {"exercise": "X", "synthetic": True, "title": "Cyber"},
    )
    assert (person.group, person.marking, person.raw["synthetic"]) == ("private", "TLP:RED", False)


def test_without_a_word_a_record_is_private_and_its_marking_left_to_the_strictest(reads: Reads) -> None:
    entry = reads('[[person]]\nname = "P"').entries[0]
    assert (entry.group, entry.marking) == ("private", "")


def test_window_and_settings_are_taken_apart(reads: Reads) -> None:
    plan = reads(
        HEAD
        + "window = { start = 2026-11-02, end = 2026-12-18 }\n"
        + '[[strand]]\ntitle = "C"\n[[protocol]]\nstrand = "C"\nversion = 3\n'
        + "[protocol.settings]\nelicitation = { attempts = 10, seed = 'any' }\n"
        + "[protocol.settings.budget]\ntoken_limit = 2_500_000\n"
    )
    exercise, protocol = plan.entry("exercise", "X"), plan.entry("protocol", "C / 3")
    assert exercise
    assert protocol
    assert [str(exercise.raw[name]) for name in ("window_start", "window_end")] == ["2026-11-02", "2026-12-18"]
    assert protocol.raw["budget"] == {"token_limit": 2_500_000}
    assert protocol.raw["elicitation"] == {"attempts": 10, "seed": "any"}


def test_a_matrix_makes_cells_and_a_cell_written_out_says_more(reads: Reads) -> None:
    plan = reads(
        HEAD
        + '[[strand]]\ntitle = "C"\n[[cell]]\nstrand = "C"\ninstitute = "US"\nsystem = "A"\ntask = "t"\nowner = "me"\n'
        + '[matrix]\nstrand = "C"\ninstitutes = ["UK", "US"]\nsystems = ["A", "B"]\ntasks = ["t"]\n'
        + 'owners = { UK = "Tarn" }\nwaive = [{ system = "B", institute = "US", reason = "no weights" }]\n'
    )
    cells = {entry.key[2:4]: entry.raw for entry in plan.entries if entry.noun == "cell"}
    assert {place: (raw.get("owner"), raw.get("waived")) for place, raw in cells.items()} == {
        ("UK", "A"): ("Tarn", None),
        ("UK", "B"): ("Tarn", None),
        ("US", "A"): ("me", None),
        ("US", "B"): (None, "no weights"),
    }


def test_references_become_the_surest_name_and_those_outside_stay(reads: Reads) -> None:
    plan = reads(
        HEAD
        + '[[task]]\nname = "cybench_mini"\ntitle = "Cybench"\n'
        + '[[stand_down]]\nlabel = "SD-1"\nsubject = "s"\ntask = "Cybench"\nsystem = "Model Z"\n'
        + '[[run]]\nlabel = "R2"\nretry_of = "R1"\n[[run]]\nlabel = "R1"\n'
    )
    stand_down = plan.entry("stand_down", "SD-1")
    assert stand_down
    assert (stand_down.raw["task"], stand_down.raw["system"]) == ("cybench_mini", "Model Z")
    assert plan.entry("system", "Model Z") is None
    assert plan.entry("run", "R1") is not plan.entry("run", "R2")
    assert plan.entry("*", "R1") is plan.entry("run", "R1")


def test_what_is_referred_to_comes_first(reads: Reads) -> None:
    plan = reads('[[run]]\nlabel = "R1"\n[[strand]]\ntitle = "C"\n' + HEAD)
    assert [entry.noun for entry in plan.entries] == ["exercise", "strand", "run"]


def test_what_is_referred_to_comes_first_within_a_kind_too(reads: Reads) -> None:
    runs = {"R1": "R2", "R2": "R3", "R3": "", "R4": "R5", "R5": "R4"}
    text = "".join(f'[[run]]\nlabel = "{label}"\nretry_of = "{earlier}"\n' for label, earlier in runs.items())
    plan = reads(text)
    assert "".join(str(entry.raw["label"]) for entry in plan.entries if entry.key[2] < "R4") == "R3R2R1"
    assert all(plan.entry("run", label) is entry for entry in plan.entries for label in [entry.raw["label"]])


def test_moments_of_any_zone_are_kept_in_utc(reads: Reads) -> None:
    plan = reads(
        '[[stand_down]]\nsubject = "a"\nissued_at = 2026-11-16T23:00:00+09:00\n'
        '[[stand_down]]\nsubject = "b"\nissued_at = 2026-11-16T14:00:00\n'
    )
    assert {entry.raw["issued_at"] for entry in plan.entries} == {datetime(2026, 11, 16, 14, tzinfo=UTC)}


def test_every_problem_is_told_at_once_with_its_line_and_the_nearest_name(reads: Reads) -> None:
    text = (
        HEAD  # 5 lines
        + 'windw = 1\n[[strnd]]\ntitle = "C"\n'
        + "# [[strand]]\n[[strand]]\ntitle = '''\n[[strand]]\ntitel = 1'''\n[[strand]]\n  titel = \"C\"\n"
        + '[[protocol]]\nstrand = "C"\n[protocol.settings]\nelicitatoin = { attempts = 10 }\n[matrix]\nsytems = ["A"]\n'
    )
    assert wrong(reads, text) == [
        "line 7: a plan has no table «strnd»; did you mean «strand»?",
        "line 6: exercise has no field «windw»; did you mean «window»?",
        "line 15: strand has no field «titel»; did you mean «title»?",
        "line 14: strand needs title, to be known by",
        "line 19: settings has no part «elicitatoin»; did you mean «elicitation»?",
        "line 21: matrix has no key «sytems»; did you mean «systems»?",
        "line 20: matrix needs institutes: a list of texts, at least one",
        "line 20: matrix needs systems: a list of texts, at least one",
        "line 20: matrix needs tasks: a list of texts, at least one",
    ]


def test_a_record_that_is_there_twice_is_refused_by_name(reads: Reads) -> None:
    twice = '[[run]]\nlabel = "R1"\n[[run]]\nlabel = "R1"\n'
    assert wrong(reads, HEAD + twice) == ["line 8: run «X / R1» is in the file twice, first at line 6"]


def test_an_id_tells_two_records_of_one_key_apart(reads: Reads) -> None:
    plan = reads('[[run]]\nlabel = "R1"\nid = "a"\n[[run]]\nlabel = "R1"\nid = "b"\n')
    assert [entry.id for entry in plan.entries] == ["a", "b"]
    assert plan.entry("run", "R1") is None
    assert plan.entry("run", "b") is plan.entries[1]


def test_a_name_that_means_several_records_is_refused_with_both_places(reads: Reads) -> None:
    tasks = '[[task]]\nname = "t"\ntask_version = "1"\n[[task]]\nname = "t"\ntask_version = "2"\n'
    text = tasks + '[[stand_down]]\nsubject = "s"\ntask = "t"\n'
    assert "(line 1 and line 4)" in wrong(reads, text)[0]
    plan = reads(text.replace('task = "t"\n', 'task = "t / 2"\n'))
    assert plan.entries[-1].raw["task"] == "t / 2"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[exercise\n", "line 1"),
        ("[run]\na = { " + "a." * 200 + "a = 1 }\n", "line 2: a key has no hundred parts"),
        ("a = " + "[" * 600, "nested too deep"),
        ("x = " + "{a=" * 40 + "1" + "}" * 40, "nested too deep"),
        ("[[protocol]]\nversion = nan\n", "nan is no number"),
        ("[[protocol]]\nversion = 99999999999999999999\n", "too large"),
        (f"[[protocol]]\nversion = {'9' * 5000}\n", "digits"),
        ("[[run]]\nlabel = '\udcff'\n", "line 2 is not UTF-8"),
        ("# " + "x" * 5_000_001, "larger than 5 MB"),
        ("strand = 3\n", "write [[strand]]"),
        ("[[exercise]]\ncode = 'X'\n", "one [exercise]"),
        ("[marking]\na = 1\n", "one value for the whole file"),
        ("[[run]]\nlabel = 'R1'\ngroup = 3\n", "group is one text"),
        ("[exercise]\ncode = 'X'\nwindow = 3\n", "window is a table"),
        ("[exercise]\ncode = 'X'\nwindow_start = 2026-01-01\nwindow = {start = 2026-01-01}\n", "given twice"),
        (MATRIX + "waive=[{system='b'}]\n", "waive is a list"),
        (MATRIX + "owners=['b']\n", "owners is a table"),
    ],
    ids=range(17),
)
def test_what_is_no_plan_is_refused_in_words(reads: Reads, text: str, said: str) -> None:
    with pytest.raises(BadInput) as caught:
        reads(text)
    assert [each for each in caught.value.problems if said in each.message]
    assert caught.value.message.startswith("x.toml: ")
    assert "export plan" in caught.value.hint


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(NotFound, match=f"no file {path}$") as caught:
            read_plan(path)
        assert ".toml" in caught.value.hint


def test_marks_at_the_start_and_line_ends_of_other_systems_do_not_matter(reads: Reads) -> None:
    assert reads("\ufeff" + HEAD.replace("\n", "\r\n")).entries == reads(HEAD).entries
    assert wrong(reads, "\ufeff[exercise]\r\ncode = 'X'\r\n\r\nkidn = 'x'\r\n")[0].startswith("line 4: ")


def test_bombs_are_bounded(tmp_path: Path) -> None:
    """A matrix of millions, 5 MB of quotes, 100,000 tables: each within 1 GB and seconds."""
    names = ", ".join(f"'{number}'" for number in range(3000))
    bombs = [
        f"[matrix]\nstrand='s'\ninstitutes=[{names}]\nsystems=[{names}]\ntasks=[{names}]\n",
        "x = '" + '"' * 4_000_000 + "'\n",
        "x = '''" + "[[run]]\n" * 500_000 + "'''\n",
        "[[run]]\nlabl = 1\n" * 20_000,
        "[[run]]\n" * 200_000,
        "[[matrix]]\n" + "\n".join(f"x{number} = 1" for number in range(100_000)),
        "\n".join(f"x{number} = 1" for number in range(100_000)),
        "x = [\n[" + " " * 4_000_000 + "1, 2]]\n",
        "a." * 2_400_000 + "a = 1\n",
        MATRIX.replace("[matrix]", "[[matrix]]") * 21_000,
        "x = [" + "[1]," * 200_000 + "]\n",
    ]
    bombs.append("".join(f"[[run]]\nlabel = 'R{n}'\nretry_of = 'R{n + 1}'\n" for n in range(40_000)))
    for number, bomb in enumerate(bombs):
        (tmp_path / f"{number}.toml").write_text(bomb)
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from comity.errors import BadInput\nfrom comity.importers.plan import drafted\n"
        "for name in sys.argv[1:]:\n    try: wrong = drafted(Path(name)).problems\n    except BadInput: wrong = True\n"
        "    print('refused' if wrong else 'read')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *sorted(map(str, tmp_path.glob("*.toml")))],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
    )
    assert sorted(done.stdout.split()) == ["read", *["refused"] * (len(bombs) - 1)]


CORPUS = [path.read_bytes() for path in plans()]
PIECES = [
    b"[",
    b"]",
    b"[[",
    b"{",
    b"}",
    b'"',
    b"'''",
    b'"""',
    b"\n",
    b"=",
    b"nan",
    b"\xff",
    b"\x00",
    b"1e999",
    b"#",
    b",",
]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_a_damaged_plan_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, chance: random.Random) -> None:
    content = chance.choice(CORPUS)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(content))
        cut = place + chance.choice([0, 0, 1, 20])
        content = content[:place] + chance.choice(PIECES) + content[cut:]
    path = tmp_path_factory.getbasetemp() / "damaged.toml"
    path.write_bytes(content)
    with suppress(BadInput):
        read_plan(path)
