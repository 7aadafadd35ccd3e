from pathlib import Path

from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot

from comity import bootstrap
from comity.desk import acting, asking, checking
from comity.desk.desk import Desk
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import facets
from comity.tui import drafts
from comity.tui.hits import hits
from comity.tui.screens.editing import NewPage
from comity.tui.screens.giving import StepForm
from comity.tui.screens.making import BY_ACTS, under
from comity.tui.screens.today import TodayPage
from comity.tui.widgets.choice import Menu
from comity.tui.widgets.fields import Field
from comity.tui.widgets.step import Step
from comity.tui.widgets.table import Table
from tui.conftest import Opener, until
from tui.stage import screen_text
from tui.test_forms import field


async def _form(pilot: Pilot[None], kind: type = NewPage) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind) and bool(pilot.app.screen.query(Field)))
    await until(pilot, lambda: pilot.app.screen.takes_keys)


async def _take(pilot: Pilot[None], noun: str) -> None:
    """The line of a menu that makes this kind."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
    options = pilot.app.screen._options
    place = next(place for place, option in enumerate(options) if option.answer == noun)
    pilot.app.screen.query_one(Table).move(place)
    await pilot.press("enter")


def _type(pilot: Pilot[None], *keys: str) -> None:
    """All keys at once, as they come when the machine is slow."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        pilot.app.post_message(events.Key(name, key if len(key) == 1 else None))


def test_every_kind_is_offered_somewhere_and_under_what_it_refers_to() -> None:
    found = {each.noun for noun in BY_NOUN for each in under(BY_NOUN[noun])}
    roots = {"exercise", "system", "suite", "person", "institute", "agreement", *BY_ACTS}
    assert {kind.noun for kind in KINDS} - found <= roots
    nouns = {each.noun for each in under(BY_NOUN["exercise"])}
    assert {"strand", "participant", "objective", "milestone", "protocol", "cell", "position", "finding"} <= nouns
    assert "access_window" in {each.noun for each in under(BY_NOUN["system"])}
    assert {"vetting", "secondment", "leave", "assignment"} <= {each.noun for each in under(BY_NOUN["person"])}


async def test_n_on_an_exercise_makes_what_stands_under_it_with_the_exercise_filled_in(
    opened: Opener, desk: Desk
) -> None:
    async with opened("SALTMARSH") as pilot:
        await until(pilot, lambda: "new" in screen_text(pilot.app).splitlines()[-2])
        await pilot.press("n")
        await _take(pilot, "strand")
        await _form(pilot)
        assert field(pilot, "exercise").text == "SALTMARSH"
        assert "changed" not in screen_text(pilot.app).splitlines()[2]
        field(pilot, "title").text = "Agents"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.count(desk, "strand") == 1)
        made = asking.records(desk, "strand")[0]
        assert (made.marking, made.synthetic) == ("TLP:AMBER", True)


async def test_a_new_form_shows_the_group_and_marking_that_are_taken_where_none_is_typed(
    opened: Opener, desk: Desk
) -> None:
    async with opened("SALTMARSH", size=(80, 24)) as pilot:
        await until(pilot, lambda: "new" in screen_text(pilot.app).splitlines()[-2])
        await pilot.press("n")
        await _take(pilot, "finding")
        await _form(pilot)
        marking, group = (field(pilot, name) for name in ("marking", "group"))
        await until(pilot, lambda: marking.entry.placeholder == "TLP:AMBER" and marking.note == "if empty")
        assert group.entry.placeholder == "private"
        field(pilot, "exercise").text = "none of that name"
        await until(pilot, lambda: marking.entry.placeholder == "TLP:RED")
        field(pilot, "exercise").text = "SALTMARSH"
        await until(pilot, lambda: marking.entry.placeholder == "TLP:AMBER")
        marking.text = "TLP:GREEN"
        await until(pilot, lambda: marking.note == "")
        assert set(pilot.app.screen.form.changed) == {"marking"}


async def test_a_cell_without_a_strand_says_so_and_makes_the_strand_first(opened: Opener) -> None:
    async with opened("SALTMARSH") as pilot:
        await pilot.press("n")
        await _take(pilot, "cell")
        await _form(pilot)
        assert "there is none yet" in screen_text(pilot.app) or "there is none yet" in pilot.app.session.said[-1].text
        assert pilot.app.screen.kind.noun == "strand"


async def test_the_palette_makes_every_kind(opened: Opener) -> None:
    async with opened("library") as pilot:
        for kind in KINDS:
            if kind.noun not in BY_ACTS:
                name = kind.noun.replace("_", " ")
                assert f"New {name}" in [hit.title for hit in hits(pilot.app, f">new {name}")]
        await pilot.press("colon", *"new person")
        await until(pilot, lambda: "New person" in screen_text(pilot.app))
        await pilot.press("enter")
        await _form(pilot)
        assert pilot.app.screen.kind.noun == "person"


async def test_a_new_form_that_nobody_touched_is_left_without_a_question(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("n")
        await _form(pilot)
        assert pilot.app.screen.form.changed == {}
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, NewPage))
        assert not isinstance(pilot.app.screen, Menu)


async def test_keys_typed_before_the_form_is_drawn_land_in_its_fields(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        _type(pilot, "n", *"HERON", "tab", *"A first joint run")
        await _form(pilot)
        await until(pilot, lambda: field(pilot, "title").text == "A first joint run")
        assert field(pilot, "code").text == "HERON"


async def test_enter_where_nothing_can_be_chosen_says_so(opened: Opener) -> None:
    async with opened("library/tasks") as pilot:
        await pilot.press("n")
        await _form(pilot)
        pilot.app.screen.set_focus(field(pilot, "suite").entry)
        await pilot.pause()
        await pilot.press("enter")
        await until(pilot, lambda: "There is no suite here yet" in screen_text(pilot.app))


async def test_enter_on_a_refused_step_says_why(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Step))
        await pilot.press("G", "enter")
        await until(pilot, lambda: "Not taken:" in screen_text(pilot.app))


async def test_a_record_opened_from_today_goes_back_to_today(shown: Opener) -> None:
    async with shown("today") as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(Table).current is not None)
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, TodayPage))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, TodayPage))


async def test_lifting_a_stand_down_begins_with_now_keeps_what_was_typed_and_says_who_sees_it(
    shown: Opener, demo: Desk
) -> None:
    record = asking.find(demo, "SD-1", "stand_down")
    async with shown("SD-1", size=(140, 40)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Step))
        await pilot.press("enter")
        await _form(pilot, StepForm)
        assert field(pilot, "lifted_at").text.startswith(demo.today.isoformat())
        assert pilot.app.screen.form.changed == {}
        for member in asking.members(demo, record.group):
            assert member in screen_text(pilot.app)
        field(pilot, "lifted_at").text = "yesterdayish"
        field(pilot, "reason").text = "agreed"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(field(pilot, "lifted_at").problem))
        assert field(pilot, "reason").text == "agreed"
        field(pilot, "lifted_at").text = f"{demo.now():%Y-%m-%d %H:%M}"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.get(demo, "stand_down", record.id).status == "lifted")


async def test_on_the_page_of_a_run_t_offers_its_own_steps(shown: Opener) -> None:
    async with shown("R4") as pilot:
        await until(pilot, lambda: bool(pilot.app.screen.query(Table)))
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Step))
        assert "lost" in screen_text(pilot.app)


async def test_on_the_page_of_an_exercise_keys_begin_with_the_exercise(shown: Opener) -> None:
    async with shown("SALTMARSH") as pilot:
        await until(pilot, lambda: bool(pilot.app.screen.query(Table)))
        assert pilot.app.screen.pane.current().noun == "exercise"


async def test_the_palette_tells_runs_apart(shown: Opener) -> None:
    async with shown("today") as pilot:
        titles = [hit.title for hit in hits(pilot.app, "R4") if "run" in hit.note]
        assert any("·" in title and "AISI" in title for title in titles)


def test_the_demo_has_one_day_however_it_is_opened(demo_home: Path) -> None:
    for opened in (bootstrap.open_desk(demo_home), bootstrap.demo(demo_home)):
        said = [each.text for each in checking.checks(opened) if each.check == "run.stale"]
        opened.close()
        assert any("last word 9 days ago" in text for text in said)


async def test_taking_back_a_record_says_that_it_is_out_of_the_lists(opened: Opener, desk: Desk) -> None:
    acting.add(desk, "exercise", {"code": "HERON"}, group="private", marking="TLP:GREEN")
    async with opened("exercises") as pilot:
        await pilot.press("u")
        await until(pilot, lambda: "Undone: HERON out of the lists" in screen_text(pilot.app))


async def test_keys_that_mean_nothing_on_a_page_say_so(shown: Opener) -> None:
    async with shown("R2") as pilot:
        await until(pilot, lambda: "decide" in screen_text(pilot.app))
        for opens in ("z", "exclamation_mark"):
            await pilot.press(opens)
            await until(
                pilot, lambda: any(word in screen_text(pilot.app) for word in ("R2  history", "of this session"))
            )
            await pilot.press("n")
            await until(pilot, lambda: "New: not on this page" in screen_text(pilot.app).splitlines()[-2])
            await pilot.press("escape")
            await pilot.pause()
        assert not isinstance(pilot.app.screen, NewPage)


def test_choices_come_from_the_exercise_at_hand(demo: Desk) -> None:
    saltmarsh = asking.find(demo, "SALTMARSH", "exercise").id
    cells = drafts.offered(demo, BY_NOUN["run"], "cell", facets(BY_NOUN["run"])["cell"], saltmarsh)
    assert len(cells) == 32
    assert len(drafts.offered(demo, BY_NOUN["run"], "cell", facets(BY_NOUN["run"])["cell"])) == 104
    systems = [
        text
        for text, _ in drafts.offered(demo, BY_NOUN["cell"], "system", facets(BY_NOUN["cell"])["system"], saltmarsh)
    ]
    assert {*systems[:2]} == {"Model A", "Model B"}
    assert len(systems) == 7
    houses = drafts.offered(demo, BY_NOUN["cell"], "institute", facets(BY_NOUN["cell"])["institute"], saltmarsh)
    assert {code for code, _ in houses[:2]} == {"UK-AISI", "US-CAISI"}
    assert drafts.exercise_at_hand(demo, BY_NOUN["run"], {"exercise": "SALTMARSH"}) == saltmarsh
    strand = asking.ref(demo, asking.records(demo, "strand", f"exercise:{saltmarsh}")[0])
    assert drafts.exercise_at_hand(demo, BY_NOUN["cell"], {"strand": strand}) == saltmarsh
    assert drafts.exercise_at_hand(demo, BY_NOUN["cell"], {"strand": "nowhere"}) == ""


async def test_a_step_tells_what_it_cannot_read_and_what_it_needs_at_once(shown: Opener) -> None:
    async with shown("SD-1", size=(80, 24)) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Step))
        await pilot.press("enter")
        await _form(pilot, StepForm)
        assert [each.field for each in pilot.app.screen.form.fields if each.needed] == ["reason"]
        field(pilot, "lifted_at").text = "yesterdayish"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Not written: 2 problems" in screen_text(pilot.app))
        assert field(pilot, "lifted_at").has_focus_within
        assert field(pilot, "reason").problem == "Reason is needed"
