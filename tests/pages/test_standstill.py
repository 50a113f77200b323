"""What stands in the way, in each case and where several do."""

from datetime import timedelta

from tests.support import pages
from wallet.pages.standstill import standstill

SIX_HOURS = timedelta(hours=6)
PROGRESS = f"/conversions/{pages.REFERENCE}/"


def test_nothing_stands_in_the_way():
    assert standstill(pages.eligibility()) is None


def test_while_closed_the_notice_is_said():
    still = standstill(pages.eligibility(closure=pages.closing("Back <soon>.")))
    assert (still.heading, still.words) == ("Conversions are paused", "Back &lt;soon&gt;.")
    assert (still.is_closed, still.is_running, still.is_waiting) == (True, False, False)


def test_a_closing_that_ends_says_when():
    still = standstill(pages.eligibility(closure=pages.closing(hours=2)))
    moment = '<time datetime="2026-11-22T16:32:07+00:00">today at 16:32 UTC</time>'
    assert still.words == f"Back soon. You can convert again {moment}."


def test_a_conversion_in_progress_is_led_to():
    still = standstill(pages.eligibility(is_running=True))
    assert (still.heading, still.progress_address) == ("A conversion is in progress", PROGRESS)
    assert (still.is_closed, still.is_running, still.is_waiting) == (False, True, False)


def test_during_the_wait_it_says_until_when_and_how_long():
    still = standstill(pages.eligibility(wait=SIX_HOURS))
    moment = '<time datetime="2026-11-22T20:32:07+00:00">today at 20:32 UTC</time>'
    assert still.heading == f"You can convert again {moment}"
    hours = '<span class="num">6 hours</span>'
    assert still.words == f"That’s in {hours}. You can still choose balances and see estimates."
    assert still.ask_again_seconds == 21601
    assert (still.is_closed, still.is_running, still.is_waiting) == (False, False, True)


def test_a_wait_of_more_than_a_day_is_not_counted_by_the_browser():
    assert standstill(pages.eligibility(wait=timedelta(days=2))).ask_again_seconds is None


def test_a_closing_is_said_before_a_conversion_in_progress_which_is_led_to_all_the_same():
    still = standstill(pages.eligibility(closure=pages.closing(), is_running=True, wait=SIX_HOURS))
    assert (still.is_closed, still.progress_address, still.ask_again_seconds) == (True, PROGRESS, None)


def test_a_conversion_in_progress_is_said_before_the_wait():
    still = standstill(pages.eligibility(is_running=True, wait=SIX_HOURS))
    assert (still.is_running, still.ask_again_seconds) == (True, None)
