"""What commands say about what they did, and about what would have been right."""

from pathlib import Path

import pytest

from cli.conftest import Comity


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("owner=UK-AISI", "owner:UK-AISI"),
        ("-owner=UK-AISI", "-owner:UK-AISI"),
        ("status==open", "status:open"),
        ("is=overdue", "is:overdue"),
    ],
)
def test_an_equals_sign_after_a_field_is_refused_with_what_to_write(
    demo: Path, comity: Comity, query: str, meant: str
) -> None:
    said = comity("action", "list", query, "--json")
    assert (said.code, said.error["code"]) == (4, "query")
    assert said.error["message"].endswith(f": {meant}")


@pytest.mark.parametrize("query", ["temperature=0.7", '"owner=UK-AISI"'])
def test_words_with_an_equals_sign_are_searched_as_they_stand(demo: Path, comity: Comity, query: str) -> None:
    assert comity("action", "list", query, "--json").json["count"] == 0


def test_a_log_of_an_unknown_system_is_told_how_its_name_is_added(home: Path, comity: Comity) -> None:
    log = "src/comity/samples/logs/pair_uk_intercode_epochs3_t07.eval"
    way = "`comity system set SYSTEM --model-names mockllm/"
    (file,) = comity("run", "import", log, "--json").json["files"]
    assert way in file["reason"]
    assert way in comity("check").out


def test_a_step_says_the_new_state_and_a_wrong_one_the_next(home: Path, comity: Comity) -> None:
    added = comity("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    assert added.err.startswith("OTTER: added; private")
    wrong = comity("exercise", "close", "OTTER")
    assert (wrong.code, "Its next step: specify or cancel." in wrong.err) == (4, True), wrong.err
    assert comity("exercise", "cancel", "OTTER", "--reason", "no quorum", "--yes").err == "OTTER is cancelled now.\n"


def test_undo_says_what_went_back(home: Path, comity: Comity) -> None:
    comity("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    comity("exercise", "set", "OTTER", "--title", "Sea otter", "--reason", "renamed")
    assert comity("undo", "OTTER").err == "OTTER: undo: renamed; title: Sea otter -> Otter.\n"


def test_a_refused_record_names_the_options_that_were_missing(home: Path, comity: Comity) -> None:
    comity("group", "create", "UKUS", "--yes")
    note = comity("note", "add", "--text", "hello", "--group", "UKUS")
    assert (note.code, note.err.splitlines()[-1]) == (4, "Give --marking TLP:AMBER.")
    assert comity("strand", "add", "--title", "x").err.endswith("Give --exercise EXERCISE.\n")
    add = ("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    comity(*add, "--group", "UKUS", "--marking", "TLP:AMBER")
    assert comity("exercise", "set", "OTTER", "--marking", "TLP:GREEN").err.endswith("Give --reason TEXT.\n")


def test_what_has_no_exercise_of_its_own_names_the_option_that_says_it(home: Path, comity: Comity) -> None:
    said = comity("cell", "add", "--exercise", "OTTER")
    assert (said.code, said.err) == (
        2,
        "A cell has no --exercise.\nThe strand says of which exercise it is: --strand STRAND.\n",
    )


def test_a_preview_for_nobody_known_says_so(demo: Path, comity: Comity) -> None:
    said = comity("preview", "--as", "JP-AISY")
    assert (
        said.err.splitlines()[0]
        == "No institute that is known here is called JP-AISY; `comity institute list` lists them."
    )
    assert "No institute" not in comity("preview", "--as", "JP-AISI").err


def test_an_option_that_is_a_field_is_told_as_a_query(home: Path, comity: Comity) -> None:
    said = comity("run", "list", "--exercise", "FERN")
    assert (
        said.code,
        "See comity run list --help. A field is asked for without dashes: exercise:FERN." in said.err,
    ) == (2, True)


def test_one_file_that_is_refused_is_told_as_one(home: Path, comity: Comity, tmp_path: Path) -> None:
    (tmp_path / "no.json").write_text("{}")
    assert "1 of 1 file was refused." in comity("run", "import", str(tmp_path / "no.json")).err


def test_the_card_of_a_device_is_told_from_a_damaged_bundle(home: Path, comity: Comity, tmp_path: Path) -> None:
    card = str(tmp_path / "uk1.card")
    assert comity("device", "card", "--out", card).code == 0
    said = comity("bundle", "read", card)
    assert (said.code, f"comity device add {card}" in said.err) == (4, True)


def test_a_plan_that_was_written_is_told_with_its_marking(demo: Path, comity: Comity, tmp_path: Path) -> None:
    out = tmp_path / "salt.toml"
    told = comity("export", "plan", "SALTMARSH", "--out", str(out))
    assert (told.code, told.err.startswith(f"{out}: the plan of SALTMARSH, TLP:")) == (0, True)
    assert "exercises" in comity("status").out


def test_a_home_that_was_restored_elsewhere_is_named_in_what_to_do_next(
    home: Path, comity: Comity, tmp_path: Path
) -> None:
    copy, there = str(tmp_path / "copy"), str(tmp_path / "r2")
    assert comity("backup", copy).code == 0
    assert f"Check it: comity --home {there} verify." in comity("restore", copy, "--home", there).err


def test_a_day_that_is_none_is_told_by_every_command_that_takes_one(demo: Path, comity: Comity) -> None:
    for words in (("roster", "SALTMARSH", "--on", "someday"), ("check", "--today", "someday")):
        said = comity(*words)
        assert (said.code, said.err) == (
            2,
            f"«someday» is no day. Write 2026-12-18, 18 Dec or +3w.\n{words[-2]} takes a day such as 2026-11-23.\n",
        )


def test_a_record_in_place_of_a_verb_is_told_how_it_is_shown(comity: Comity) -> None:
    assert comity("exercise", "SALTMARSH").err.endswith(" One record: comity exercise show REF.\n")
    assert comity("run", "lst").err.endswith("Did you mean list or set? One record: comity run show REF.\n")


def test_a_setting_says_what_it_is_now_and_what_it_takes(home: Path, comity: Comity) -> None:
    assert comity("config", "set", "general.stale_after", "5").err == "general.stale_after is 5 now.\n"
    wrong = comity("config", "set", "general.stale_after", "long")
    assert (wrong.code, wrong.err.splitlines()[0]) == (4, "general.stale_after: give a whole number.")
    assert '\'["one", "two"]\'' in comity("config", "set", "general.passphrase_command", "pass").err


def test_a_step_without_a_state_says_what_it_wrote(home: Path, comity: Comity) -> None:
    comity("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    comity("milestone", "add", "--exercise", "OTTER", "--kind", "start", "--due", "2026-12-01")
    said = comity("milestone", "done", "OTTER/start", "--today", "2026-12-02")
    assert said.err == "start: done; done: empty -> 2 Dec.\n"
