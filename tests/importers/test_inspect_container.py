"""Files made to hurt: each is refused in one sentence that names it, quickly and in little memory."""

import io
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from backports import zstd
from backports.zstd import zipfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import BadInput
from comity.importers.inspect_log import read_log
from rights import modes_count

LOGS = Path(__file__).parents[2] / "src/comity/samples/logs"
R1 = LOGS / "saltmarsh_R1_uk_modelA_cybench_success.eval"
R6 = LOGS / "saltmarsh_R6_us_modelA_range_success.json"
SMALL = LOGS / "saltmarsh_R5_uk_modelA_range_cancelled.eval"
DEEP = 200_000
Write = Callable[..., Path]


def refusal(path: Path) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read_log(path)
    assert path.name in caught.value.message
    assert caught.value.hint
    assert "\n" not in caught.value.message
    return caught.value


NO_LOGS = {
    "empty": (b"", "is empty"),
    "text": (b"hello", "neither a .eval nor a .json"),
    "zeros": (b"\x00" * 500, "neither a .eval nor a .json"),
    "cut": (b"{", "not valid JSON"),
    "list": (b"[]", "neither a .eval nor a .json"),
    "no version": (b"{}", "missing required field `version`"),
    "newer": (b'{"version": 3}', "log version 3"),
    "text version": (b'{"version": "2"}', "Expected `int`"),
    "no run": (b'{"version": 2}', "missing required field `eval`"),
    "huge number": (b'{"version": 1' + b"0" * 5000 + b"}", "cannot be read"),
    "no UTF-8": (b'{"version": 2, "eval": "\xff\xfe"}', "cannot be read"),
    "deep list": (b'{"version": 2, "x": ' + b"[" * DEEP + b"]" * DEEP + b"}", "nested deeper"),
    "deep version": (b'{"version": ' + b'{"a":' * DEEP + b"1" + b"}" * DEEP + b"}", "cannot be read"),
    "cut zip": (b"PK\x03\x04", "is damaged"),
    "empty zip": (b"PK\x05\x06" + b"\x00" * 18, "no log of Inspect"),
}


@pytest.mark.parametrize(("content", "reason"), NO_LOGS.values(), ids=NO_LOGS)
def test_a_file_that_is_no_log_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "made.eval"
    path.write_bytes(content)
    assert reason in refusal(path).message


def test_a_directory_a_loop_a_pipe_and_nothing_are_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.eval").symlink_to(tmp_path / "loop.eval")
    os.mkfifo(tmp_path / "pipe.eval")
    (tmp_path / "dir.eval").mkdir()
    for name in ("loop.eval", "pipe.eval", "dir.eval", "nothing.eval", "x" * 300):
        refusal(tmp_path / name)


def test_an_unreadable_file_is_refused() -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "closed.eval"
        path.write_bytes(SMALL.read_bytes())
        path.chmod(0)
        with modes_count(path.parent):
            assert "Permission denied" in refusal(path).message


def test_a_zip_of_something_else_is_refused(write: Write) -> None:
    assert "no log of Inspect" in refusal(write({"word/document.xml": "<a/>"})).message


def test_a_newer_format_is_refused_by_its_number(header: dict[str, Any], write: Write) -> None:
    error = refusal(write({"header.json": {"version": 7, "eval": "of another shape"}}))
    assert "log version 7" in error.message
    assert "Update Comity" in error.hint


def test_names_of_members_are_never_paths(header: dict[str, Any], write: Write, tmp_path: Path) -> None:
    names = ["../up", "/etc/passwd", "a\x00b", "x" * 300, "CON", "samples/../../up", "_journal/summaries/../9.json"]
    odd = dict.fromkeys([*names, "_journal/summaries/x.json", "_journal/summaries/999999999999.json"], "{")
    before = sorted(tmp_path.parent.rglob("*"))
    path = write({**odd, "header.json": header})
    assert read_log(path).facts["task"] == "cybench_mini"
    assert sorted({*before, path}) == sorted(tmp_path.parent.rglob("*"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_last_counts(header: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "twice.eval"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps(header))
        archive.writestr("header.json", json.dumps(header | {"invalidated": True}))
    assert read_log(path).facts["invalidated"] is True


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_ZSTANDARD])
def test_every_way_that_inspect_compressed_is_read(method: int, header: dict[str, Any], write: Write) -> None:
    assert read_log(write({"header.json": header}, method=method)).facts["epochs"] == 3


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_to_compress_are_refused(method: int, header: dict[str, Any], write: Write) -> None:
    assert "compressed in a way" in refusal(write({"header.json": header}, method=method)).message


def test_an_encrypted_member_is_refused(header: dict[str, Any], write: Write) -> None:
    path = write({"header.json": header})
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + offset] |= 1
    path.write_bytes(content)
    assert "encrypted" in refusal(path).message


def test_transcripts_are_never_opened(header: dict[str, Any], write: Write) -> None:
    path = write({"samples/1_epoch_1.json": "x" * 5000, "header.json": header})
    content = bytearray(path.read_bytes())
    content[60:70] = b"\xff" * 10
    path.write_bytes(content)
    with pytest.raises((zipfile.BadZipFile, zstd.ZstdError)):
        zipfile.ZipFile(path).read("samples/1_epoch_1.json")
    assert read_log(path).facts["task"] == "cybench_mini"


def lying(path: Path, size: int) -> Path:
    """Change what the list of members says about the length of the first one."""
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, size)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("size", [0, 10, 1_000_000, 60 << 20, 0xFFFFFFF0])
def test_a_member_of_another_length_than_it_says_is_refused(size: int, header: dict[str, Any], write: Write) -> None:
    refusal(lying(write({"header.json": header}), size))


BOMBS = {
    "declared": "header.json in it is larger than 64 MiB",
    "lying": "BadZipFile",
    "deflate": "header.json in it is larger than 64 MiB",
    "nested": "nested deeper",
    "members": "BadZipFile",
    "numbers": "cannot be read as a log",
    "stuffed": "header and summaries are larger than 128 MiB",
}


def bombs(folder: Path) -> list[Path]:
    """Small files that want to be large."""
    zeros = b"[" + b" " * (100 << 20) + b"]"
    made = {name: folder / name for name in BOMBS}
    for name, method in (("declared", zipfile.ZIP_ZSTANDARD), ("lying", zipfile.ZIP_ZSTANDARD), ("deflate", 8)):
        with zipfile.ZipFile(made[name], "w", method) as archive:
            archive.writestr("header.json", zeros)
    lying(made["lying"], 1_000)
    with zipfile.ZipFile(made["nested"], "w", zipfile.ZIP_ZSTANDARD) as archive:
        archive.writestr("header.json", b'{"version": 2, "eval": ' + b"[" * (50 << 20))
    entry = struct.pack("<4s6H3I5H2I", b"PK\x01\x02", *[0] * 6, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    count = 400_000
    made["members"].write_bytes(
        b"PK\x03\x04"
        + entry * count
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 65535, 65535, len(entry) * count, 4, 0)
    )
    made["numbers"].write_bytes(b'{"version": 2, "eval": {"task_version": ' + b"9" * (20 << 20) + b"}}")
    with zipfile.ZipFile(made["stuffed"], "w", zipfile.ZIP_ZSTANDARD) as archive:
        for number in range(1, 9):
            archive.writestr(f"_journal/summaries/{number}.json", b"[" + b" " * (40 << 20) + b"]")
        archive.writestr("_journal/start.json", b'{"version": 2}')
    return list(made.values())


BOMB_SQUAD = """
import resource, sys, time
from pathlib import Path
resource.setrlimit(resource.RLIMIT_AS, (640 << 20, 640 << 20))
from comity.errors import BadInput
from comity.importers.inspect_log import read_log
for name in sys.argv[1:]:
    start = time.process_time()
    try:
        read_log(Path(name))
        print(name, "read")
    except BadInput as error:
        print(Path(name).name in error.message and bool(error.hint), time.process_time() - start < 2, error.message)
"""


def test_bombs_are_bounded(tmp_path: Path) -> None:
    files = bombs(tmp_path)
    command = [sys.executable, "-c", BOMB_SQUAD, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert [line for line in lines if not line.startswith("True True ")] == []
    assert [reason in line for reason, line in zip(BOMBS.values(), lines, strict=True)] == [True] * len(BOMBS), lines


def test_a_json_log_is_bounded_before_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.write(b"{")
        file.truncate(129 << 20)
    error = refusal(path)
    assert "--to eval" in error.hint


@pytest.mark.parametrize("log", [SMALL, R6])
def test_a_log_cut_off_anywhere_is_refused_by_name(log: Path, tmp_path: Path) -> None:
    whole = log.read_bytes()
    cuts = [*range(80), *random.Random(5).sample(range(len(whole)), 150), *range(len(whole) - 60, len(whole))]
    path = tmp_path / log.name
    for cut in cuts:
        path.write_bytes(whole[:cut])
        refusal(path)


def readable_or_refused(content: bytes, folder: Path) -> None:
    path = folder / "mutant"
    path.write_bytes(content)
    try:
        json.dumps(read_log(path).header, allow_nan=False)
    except BadInput as error:
        assert "mutant" in error.message  # noqa: PT017


@st.composite
def mutants(draw: st.DrawFn, golden: bytes) -> bytes:
    """A golden file with bytes replaced, taken out and put in at a few places."""
    content = bytearray(golden)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content) - 1))
        content[at : at + draw(st.integers(0, 6))] = draw(st.binary(max_size=6))
    return bytes(content)


bounded = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@bounded
@given(mutants(SMALL.read_bytes()))
def test_a_changed_eval_file_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    readable_or_refused(content, tmp_path)


@bounded
@given(mutants(R6.read_bytes()))
def test_a_changed_json_log_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    readable_or_refused(content, tmp_path)


with zipfile.ZipFile(SMALL) as _archive:
    PAGES = {name: _archive.read(name) for name in _archive.namelist() if not name.startswith("samples/")}


@bounded
@given(st.data())
def test_changed_pages_under_good_checksums_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    page = data.draw(st.sampled_from(["header.json", "summaries.json", "reductions.json"]))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in PAGES.items():
            archive.writestr(name, data.draw(mutants(content)) if name == page else content)
    readable_or_refused(buffer.getvalue(), tmp_path)


WORDS = st.one_of(
    *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    *(st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=3), st.none(), max_size=2)),
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every value inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [*([path] if path else []), *(place for key, part in inner for place in places(part, (*path, key)))]


@bounded
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    pages = {name: json.loads(content) for name, content in PAGES.items()}
    page = data.draw(st.sampled_from(["header.json", "summaries.json", "reductions.json"]))
    *way, last = data.draw(st.sampled_from(places(pages[page])))
    target = pages[page]
    for key in way:
        target = target[key]
    target[last] = data.draw(WORDS)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in pages.items():
            archive.writestr(name, json.dumps(content))
    readable_or_refused(buffer.getvalue(), tmp_path)
