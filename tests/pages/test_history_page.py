"""What the page of the history says, and how its filters read in links and words."""

from datetime import UTC, date, datetime

import pytest

from tests.support import factories
from wallet import conversions
from wallet.forms import HistoryForm
from wallet.models import Conversion
from wallet.pages.history.filters import Filters, chips, downloads, presets
from wallet.pages.history.page import HistoryPage
from wallet.pages.history.rows import assets_text, row, running
from wallet.pages.history.window import Place, window

NOW = datetime(2026, 11, 24, 14, 32, 7, tzinfo=UTC)


def page_of(world, *, user=None, size=20, before="", after="", is_open=False, **asked):
    form = HistoryForm(asked, assets=["DOGE", "ETH", "EUR"])
    found = None
    if form.is_valid():
        place = Place(before=before, after=after)
        found = window(user=user or world.user, conditions=form.conditions, place=place, size=size, now=world.clock())
    return HistoryPage(
        filters=form.filters,
        controls=form.controls,
        problems=form.problems,
        window=found,
        now=world.clock(),
        address="/conversions/",
        is_open=is_open,
        is_part=False,
    )


@pytest.fixture
def three(world):
    """Completed conversions of DOGE, then of ETH and then of EUR, by their references."""
    factories.policy(interval_seconds=0)
    return [world.settled(code).reference for code in ("DOGE", "ETH", "EUR")]


def test_filters_are_one_address_whatever_set_them():
    filters = Filters(status="stopped", since=date(2026, 11, 1), until=date(2026, 11, 3), asset="ETH")
    assert filters.address() == "/conversions/?status=stopped&from=2026-11-01&to=2026-11-03&asset=ETH"
    assert Filters().address() == "/conversions/"
    assert Filters(asset="ETH").address(before="CV-0000-0000") == "/conversions/?asset=ETH&before=CV-0000-0000"


def test_a_chip_says_its_filter_and_leads_to_the_page_without_it():
    filters = Filters(status="stopped", since=date(2026, 11, 1), until=date(2026, 11, 3), asset="ETH")
    assert [(chip.label, chip.address) for chip in chips(filters)] == [
        ("Status: Stopped", "/conversions/?from=2026-11-01&to=2026-11-03&asset=ETH"),
        ("From 1 November 2026", "/conversions/?status=stopped&to=2026-11-03&asset=ETH"),
        ("To 3 November 2026", "/conversions/?status=stopped&from=2026-11-01&asset=ETH"),
        ("Asset: ETH", "/conversions/?status=stopped&from=2026-11-01&to=2026-11-03"),
    ]
    assert chips(Filters()) == []


@pytest.mark.parametrize(
    ("since", "until", "current"),
    [
        (date(2026, 11, 18), None, "Last 7 days"),
        (date(2026, 1, 1), None, "This year"),
        (date(2026, 11, 17), None, None),
        (date(2026, 11, 18), date(2026, 11, 20), None),
        (None, None, None),
    ],
)
def test_a_preset_that_is_set_is_the_current_one(since, until, current):
    found = presets(Filters(since=since, until=until, asset="ETH"), NOW)
    assert [preset.label for preset in found] == ["Last 7 days", "Last 30 days", "Last 90 days", "This year"]
    assert found[0].address == "/conversions/?from=2026-11-18&asset=ETH"
    assert [preset.label for preset in found if preset.is_current] == ([current] if current else [])


def test_each_kind_of_file_has_the_filters():
    found = {file.label: file.address for file in downloads(Filters(status="completed"))}
    assert found == {
        "Download CSV": "/conversions/export.csv?status=completed",
        "CSV for Koinly": "/conversions/export.csv?status=completed&format=koinly",
        "CSV for Summ": "/conversions/export.csv?status=completed&format=summ",
    }


def test_a_row_says_what_came_of_a_conversion(world):
    stopped = row(world.settled("DOGE", DOGE="0.000003"))
    assert (stopped.status, stopped.tone, stopped.assets) == ("Stopped", "", "1 asset: DOGE")
    assert (stopped.fee.words, stopped.fee.is_amount) == ("None", False)
    assert (stopped.received.words, stopped.received.is_amount) == ("0.00000000", True)
    world.observe(DOGE="0.000002")
    factories.policy(fee_percent=2)
    completed = row(world.settled("DOGE"))
    assert (completed.status, completed.tone) == ("Completed", "ok")
    assert (completed.fee.words, completed.fee.is_amount) == ("0.00040000", True)
    assert (completed.received.words, completed.received.is_amount) == ("0.01960000", True)


def test_of_a_conversion_that_runs_nothing_is_known_yet(world):
    found = row(world.confirmed("DOGE"))
    assert (found.status, found.tone) == ("In progress", "plain")
    assert (found.fee.words, found.received.words) == ("Not known yet", "Not known yet")
    assert not found.fee.is_amount
    assert not found.received.is_amount


def test_the_assets_are_the_largest_three_and_how_many_more(world):
    factories.deposit(world.user, "USDT", "1")
    quote = world.quoted("DOGE", "ETH", "EUR")
    assert assets_text(quote) == "3 assets: ETH, DOGE, EUR"
    assert assets_text(world.quoted("DOGE", "ETH", "EUR", "USDT")) == "4 assets: ETH, DOGE, EUR +1"


def test_a_row_that_runs_asks_for_itself_until_it_has_ended(world):
    conversion = world.confirmed("DOGE")
    assert running(conversion, world.clock()).poll_every == "250ms"
    world.clock.tick(seconds=30)
    assert running(conversion, world.clock()).poll_every == "3s"
    world.observe()
    conversions.settle(reference=conversion.reference)
    ended = running(Conversion.objects.get(), world.clock())
    assert ended.poll_every is None
    assert ended.say == f"Completed: {conversion.reference}"


def test_none_ever_none_that_match_and_none_beyond_are_said_apart(world, three):
    assert page_of(world).empty is None
    other = page_of(world, status="failed").empty
    assert (other.words, other.label, other.address) == (
        "No conversions match these filters.",
        "Clear filters",
        "/conversions/",
    )
    beyond = page_of(world, before=three[0], asset="DOGE").empty
    assert (beyond.words, beyond.label, beyond.address) == (
        "There are no more conversions here.",
        "Newest",
        "/conversions/?asset=DOGE",
    )
    never = page_of(world, user=factories.user("other")).empty
    assert (never.words, never.label, never.address) == (
        "You haven’t converted any small balances yet.",
        "Convert small balance to BNB",
        "/wallet/dust/",
    )


def test_the_summary_is_for_the_eye_where_there_is_something_to_count(world, three):
    assert page_of(world).summary == page_of(world).say == "3 conversions, 0.09000000 BNB received"
    assert page_of(world, asset="ETH").summary == "1 conversion, 0.05000000 BNB received"
    assert page_of(world).shows_summary
    assert page_of(world, status="failed").shows_summary
    assert not page_of(world, user=factories.user("other")).shows_summary


def test_pages_lead_to_those_beside_them(world, three):
    first = page_of(world, size=1)
    assert [one.reference for one in first.window.rows] == [three[2]]
    assert (first.newer_address, first.older_address) == ("", f"/conversions/?before={three[2]}")
    middle = page_of(world, size=1, before=three[2])
    assert [one.reference for one in middle.window.rows] == [three[1]]
    assert middle.newer_address == f"/conversions/?after={three[1]}"
    assert middle.older_address == f"/conversions/?before={three[1]}"
    last = page_of(world, size=1, before=three[1], asset="DOGE")
    assert (last.newer_address, last.older_address) == (f"/conversions/?asset=DOGE&after={three[0]}", "")
    back = page_of(world, size=1, after=three[0])
    assert [one.reference for one in back.window.rows] == [three[1]]
    assert back.newer_address == f"/conversions/?after={three[1]}"
    assert page_of(world, size=1, after=three[1]).newer_address == ""


def test_a_place_that_is_lost_shows_the_newest(world, three):
    page = page_of(world, size=1, before="CV-0000-0000")
    assert page.window.is_lost
    assert [one.reference for one in page.window.rows] == [three[2]]
    assert not page_of(world, size=1).window.is_lost


def test_filters_that_are_not_sound_show_their_problems_and_no_rows(world):
    page = page_of(world, status="strange", to="2026-13-01")
    assert page.title == "Error: Conversion history"
    assert [(problem.control, problem.words) for problem in page.problems] == [
        ("id_status", "Choose a status from the list."),
        ("id_to", "Write the “To” date like 2026-11-22, with a year from 2000 to 2999."),
    ]
    assert page.say == "Choose a status from the list."
    assert page.window is None
    assert page.empty is None
    assert page.shows_controls
    assert page.may_clear
    assert (page.chips, page.newer_address, page.older_address) == ([], "", "")


def test_sound_filters_show_no_controls_but_right_after_their_use(world):
    page = page_of(world, asset="ETH")
    assert page.title == "Conversion history"
    assert page.may_clear
    assert not page.shows_controls
    assert page_of(world, asset="ETH", is_open=True).shows_controls
    assert not page_of(world).may_clear
