"""Lists without `--sort`, on real homes."""

from pathlib import Path

from cli.conftest import Comity


def column(out: str, name: str) -> list[str]:
    head, *lines = out.splitlines()
    return [line.split("\t")[head.split("\t").index(name)] for line in lines]


def test_a_list_is_by_exercise_and_then_by_label_with_numbers_by_their_size(home: Path, comity: Comity) -> None:
    labels = {"OTTER": (10, 2, 1), "HERON": (11, 4, 3)}
    for code in labels:
        comity("exercise", "add", "--code", code, "--title", code, "--kind", "research", "--lead", "UK-AISI")
        for number in labels[code]:
            comity("finding", "add", "--exercise", code, "--label", f"F{number}", "--statement", f"{code} {number}")
    expected = [f"{code}/F{number}" for code in sorted(labels) for number in sorted(labels[code])]
    assert column(comity("finding", "list").out, "ref") == expected
    assert column(comity("finding", "list", "--limit", "3").out, "ref") == expected[:3]
    assert [line.partition(",")[0] for line in comity("finding", "list", "--csv").out.splitlines()[1:]] == expected
    assert column(comity("finding", "list", "--sort", "-statement").out, "ref")[0] == "OTTER/F2"
    by_label = column(comity("finding", "list", "--sort", "-label").out, "ref")
    assert [ref.partition("/")[2] for ref in by_label] == ["F11", "F10", "F4", "F3", "F2", "F1"]
    ids = [each["id"] for each in comity("finding", "list", "--json").json["items"]]
    assert ids == sorted(ids)


def test_what_has_a_day_comes_by_its_day(demo: Path, comity: Comity) -> None:
    due = column(comity("milestone", "list", "exercise:SALTMARSH").out, "due")
    assert due == sorted(due)
    assert len(due) > 3


def test_the_help_of_a_list_tells_its_order(comity: Comity) -> None:
    told = " ".join(comity("finding", "list", "--help").out.split())
    assert "by exercise, then name (F2 before F10); with --json by group and id" in told
    assert "by exercise, then due, then name" in " ".join(comity("milestone", "list", "--help").out.split())


def test_what_belongs_to_an_exercise_by_another_record_is_found_by_it(demo: Path, comity: Comity) -> None:
    cells = [each["fields"]["strand"] for each in comity("cell", "list", "exercise:SALTMARSH", "--json").json["items"]]
    strands = {each["id"] for each in comity("strand", "list", "exercise:SALTMARSH", "--json").json["items"]}
    assert cells
    assert set(cells) <= strands
    assert comity("deviation", "list", "exercise:SALTMARSH", "--json").json["items"]


def test_an_unknown_field_to_sort_by_is_answered_with_the_fields(home: Path, comity: Comity) -> None:
    said = comity("run", "list", "--sort", "nope")
    assert said.code == 4
    assert said.err.splitlines()[1].startswith("Fields: id, ref, ")
