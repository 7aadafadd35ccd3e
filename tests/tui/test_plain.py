"""Pages in words, through the real command."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from comity.tui.glyphs import GLYPHS, signed
from comity.tui.spans import Span
from comity.tui.spoken import spoken


def _plain(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "COMITY_HOME": str(home)}
    command = [sys.executable, "-m", "comity", "ui", *words, "--plain"]
    return subprocess.run(command, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("", "  stops work: Tarn; Vetting ends 30 Nov, 18 days before SALTMARSH does.; SALTMARSH"),
        ("runs", "status: running · last word 9 d ago"),
        ("SALTMARSH/matrix", "US-CAISI Model B: running 9 d silent"),
        ("SALTMARSH/timeline", "  Tarn run operator; 2 to 30 Nov"),
        ("SALTMARSH/runs", "running; 2 Nov to 18 Dec · Runs"),
        ("R2/token_limit", "  protocol says: 2,500,000"),
        ("sharing/log", "kept off screen: its marking is above the ceiling"),
    ],
)
def test_any_page_is_printed_in_words_one_record_per_line(demo_home: Path, place: str, said: str) -> None:
    told = _plain(demo_home, *([place] if place else []))
    assert told.returncode == 0, told.stderr
    lines = told.stdout.splitlines()
    assert said in told.stdout
    assert lines[0] == lines[-1]
    assert lines[0].startswith("TLP:")
    assert not set(told.stdout) & {glyph.sign for glyph in GLYPHS.values() if glyph.sign not in "·–?"}
    assert not set(told.stdout) & set("━─╌▒×┤│▎\x1b")


def test_a_place_that_is_not_there_is_one_sentence(demo_home: Path) -> None:
    told = _plain(demo_home, "NOWHERE")
    assert (told.returncode, told.stdout) == (3, "")
    assert "NOWHERE" in told.stderr


def test_a_filter_holds_in_words_too(demo_home: Path) -> None:
    told = _plain(demo_home, "library", "--filter", "name:gemma")
    assert "Gemma 2 27B" in told.stdout
    assert "Mistral" not in told.stdout


def test_a_sign_is_said_unless_its_word_follows() -> None:
    assert spoken(signed("succeeded")) == "succeeded"
    assert spoken(signed("void")) == "void"
    assert spoken(signed("running", "9 d silent")) == "running 9 d silent"
    assert spoken((Span("■ ", "red"), Span("too late"))) == "stops work: too late"
    assert spoken((Span("━━━━──", "accent"), Span(" 4 of 6"))) == "4 of 6"
    assert spoken((Span("is it? yes, 3–4"),)) == "is it? yes, 3–4"
