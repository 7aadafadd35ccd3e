import asyncio

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.pages.roster import accounts, crew, people, person_sheet, posts
from comity.domain.exercises import Exercise
from comity.domain.people import Person
from comity.tui.screens.people import RosterPane
from tui.conftest import Opener, until
from tui.stage import screen_text


def _person(demo: Desk, name: str) -> Person:
    found = asking.find(demo, name, "person")
    assert isinstance(found, Person)
    return found


async def test_the_roster_says_vetting_its_end_and_who_is_in_trouble(shown: Opener) -> None:
    async with shown("people") as pilot:
        text = screen_text(pilot.app)
        tarn = next(line for line in text.splitlines() if "Absalom Tarn" in line)
        assert "■" in tarn
        assert "30 Nov" in tarn
        assert "Posts with nobody  3" in text
        assert "Haneulsaem fits, free" in text
        assert "6 lent" in text


async def test_the_panel_draws_the_terms_of_a_person_and_names_what_is_wrong(shown: Opener) -> None:
    async with shown("people") as pilot:
        pane = pilot.app.screen.query_one(RosterPane)
        while not isinstance(pane.current(), Person) or pane.current().name != "Absalom Tarn":  # type: ignore[union-attr]
            await pilot.press("j")
            await asyncio.sleep(0)
        await until(pilot, lambda: "SC to 30 Nov" in screen_text(pilot.app))
        assert "Vetting ends 30 Nov, 18 days" in screen_text(pilot.app)


async def test_a_filter_hides_what_stands_under_the_roster(shown: Opener) -> None:
    async with shown("people") as pilot:
        await pilot.press("slash", *"solene", "enter")
        await until(pilot, lambda: "Posts with nobody" not in screen_text(pilot.app))
        assert "Solène Brumaire" in screen_text(pilot.app)


async def test_people_above_the_ceiling_keep_their_line_but_not_their_name(shown: Opener, demo: Desk) -> None:
    held = acting.add(demo, "person", {"name": "Marlow Sedgewick", "institute": "UK-AISI"}, group="private")
    assert held.marking == "TLP:RED"
    async with shown("people", (120, 50)) as pilot:
        text = screen_text(pilot.app)
        assert "Sedgewick" not in text
        assert "kept off screen: m" in text
        await pilot.press("m")
        await until(pilot, lambda: "Sedgewick" in screen_text(pilot.app))


async def test_the_ledger_has_its_own_tab_and_years(shown: Opener) -> None:
    async with shown("people/ledger") as pilot:
        assert "12 borrowed" in screen_text(pilot.app)
        await pilot.press("f")
        await until(pilot, lambda: "year 2026" in screen_text(pilot.app))
        assert "12 borrowed" not in screen_text(pilot.app)


async def test_an_empty_roster_warns_loudest(shown: Opener, demo: Desk) -> None:
    fields = {"code": "MUDFLAT", "title": "Nobody is here", "lead": "UK-AISI"}
    acting.add(demo, "exercise", fields, group="private", marking="TLP:AMBER")
    async with shown("MUDFLAT/roster") as pilot:
        await until(pilot, lambda: "Nobody is on this exercise." in screen_text(pilot.app))


def test_unlike_gaps_are_unlike_words(demo: Desk) -> None:
    names = ("Haruto Sazanami", "Nalubega Tidewater", "Ines Calderwick")
    told = people(demo, [_person(demo, name) for name in names])
    assert [(each.level, each.gap) for each in told] == [("withheld", True), ("unknown", True), ("none", True)]


def test_accounts_are_seen_from_this_house_and_agree_with_the_sample(demo: Desk) -> None:
    found = {(each.one, each.other): (each.lent, each.borrowed) for each in accounts(demo)}
    assert found["UK-AISI", "US-CAISI"] == (6, 12)
    assert next(iter(found))[0] == "UK-AISI"


def test_a_filled_post_is_no_longer_empty(demo: Desk) -> None:
    post = next(each for each in posts(demo) if each.title == "annotator ko")
    person = _person(demo, "Bo-ra Haneulsaem")
    raw = {"person": person.id, "exercise": "SALTMARSH", "role": "annotator", "position": post.position.id}
    acting.add(demo, "assignment", raw, group="private", marking="TLP:AMBER+STRICT")
    assert all(each.position.id != post.position.id for each in posts(demo))
    exercise = asking.find(demo, "SALTMARSH", "exercise")
    assert isinstance(exercise, Exercise)
    assert any(each.told and each.told.person.id == person.id for each in crew(demo, exercise))


def test_a_person_without_trouble_has_no_checks(demo: Desk) -> None:
    assert person_sheet(demo, _person(demo, "Tamsin Oakhollow")).checks == ()
    assert len(person_sheet(demo, _person(demo, "Absalom Tarn")).checks) == 2
