"""What the page of a conversion says in each of its states."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.utils import translation

from tests.support import factories, market
from tests.support.conversion_pages import page_of, plain
from wallet import money
from wallet.conversions import sweep
from wallet.models import Conversion, Opening
from wallet.pages import markup
from wallet.pages.conversion.progress import Progress
from wallet.pages.conversion.result import Completed, Failed, Stopped
from wallet.pages.conversion.review import Review


@pytest.fixture
def failed(world):
    conversion = world.confirmed("DOGE")
    Conversion.objects.filter(pk=conversion.pk).update(attempts=5)
    world.clock.tick(minutes=1)
    sweep.fail_exhausted()
    return conversion


def test_each_state_has_its_type_and_its_part(world, failed):
    factories.policy(interval_seconds=0)
    world.observe()
    quoted, stopped = world.quoted("ETH"), world.settled("DOGE", DOGE="0.000003")
    world.observe(DOGE="0.000002")
    completed, running = world.settled("EUR"), world.confirmed("DOGE")
    pages = [page_of(world, conversion) for conversion in (quoted, running, completed, stopped, failed)]
    assert [type(page) for page in pages] == [Review, Progress, Completed, Stopped, Failed]
    assert [page.is_running for page in pages] == [False, True, False, False, False]
    assert [page.partial.rpartition("/")[2] for page in pages] == [
        "_review.html",
        "_progress.html",
        "_result.html",
        "_result.html",
        "_result.html",
    ]


@pytest.mark.parametrize(
    ("codes", "title"), [(["DOGE"], "Convert 1 balance to BNB?"), (["DOGE", "ETH"], "Convert 2 balances to BNB?")]
)
def test_the_review_asks_and_its_head_says_when_something_went_wrong(world, codes, title):
    quote = world.quoted(*codes)
    assert page_of(world, quote).title == page_of(world, quote).head_title == title
    assert page_of(world, quote, problem="No.").head_title == f"Error: {title}"


def test_a_first_offer_has_no_notice_and_its_title_takes_the_focus(world):
    page = page_of(world, world.quoted())
    assert (page.notice, page.say, page.was, page.is_renewed) == (None, "", "", False)
    assert page.title_takes_focus
    assert not page.needs_new_prices
    assert page.go_label == "Confirm conversion"


def test_a_renewed_offer_says_so_and_what_the_one_before_was(world):
    old = world.quoted("DOGE")
    world.observe(DOGE="0.0000021")
    fresh = world.quoted("DOGE")
    Conversion.objects.filter(pk=fresh.pk).update(renews=old)
    page = page_of(world, fresh)
    assert page.notice.words == "These prices were out of date, so we updated them. Nothing was converted."
    assert not page.notice.is_problem
    assert page.say == "Prices updated. You’d receive about 0.02100000 BNB. It was 0.02000000 BNB."
    assert not page.title_takes_focus
    refused = page_of(world, fresh, problem="Your DOGE balance changed.")
    assert refused.notice.words == "Your DOGE balance changed."
    assert refused.notice.is_problem
    assert refused.say == ""


@pytest.mark.parametrize(
    ("waited", "seconds", "sentence"),
    [
        (0, 30, "Prices from 14:32:07. Confirm by 14:32:37."),
        (29, 1, "Prices from 14:32:07. Confirm by 14:32:37."),
        (30, 0, "Prices from 14:32:07. These prices are out of date."),
        (99, 0, "Prices from 14:32:07. These prices are out of date."),
    ],
)
def test_the_offer_stands_as_long_as_its_countdown_says(world, waited, seconds, sentence):
    quote = world.quoted()
    world.clock.tick(seconds=waited)
    countdown = page_of(world, quote).countdown
    assert (countdown.seconds, plain(countdown.sentence)) == (seconds, sentence)
    assert countdown.running == "Prices from 14:32:07. {0} left to confirm."
    assert countdown.over == "Prices from 14:32:07. These prices are out of date."


def test_the_button_asks_for_new_prices_where_confirm_can_only_be_refused(world):
    quote = world.quoted()
    assert page_of(world, quote, problem="Busy.").needs_new_prices
    world.clock.tick(seconds=30)
    assert page_of(world, quote).needs_new_prices
    assert page_of(world, quote).go_label == "Update prices"


@pytest.mark.parametrize(("percent", "words"), [(0, "None"), (2, "2% · 0.00040000 BNB")])
def test_the_fee_is_said_in_percent_and_in_bnb(world, percent, words):
    factories.policy(fee_percent=Decimal(percent))
    assert page_of(world, world.quoted("DOGE")).fee == words


def test_what_stands_in_the_way_of_a_review_is_named(world):
    quote = world.quoted("DOGE")
    assert page_of(world, quote).standstill is None
    assert page_of(world, quote).next == markup.when(world.clock() + timedelta(hours=6), world.clock())
    running = world.confirmed("ETH")
    still = page_of(world, quote).standstill
    assert (still.is_running, still.progress_address) == (True, f"/conversions/{running.reference}/")


@pytest.mark.parametrize(
    ("attempts", "states", "say"),
    [
        (0, [("Waiting", "now", True), ("Checking prices and converting", "", False)], "Waiting"),
        (
            1,
            [("Waiting", "done", False), ("Checking prices and converting", "now", True)],
            "Checking prices and converting",
        ),
    ],
)
def test_the_progress_names_its_steps(world, attempts, states, say):
    conversion = world.confirmed()
    Conversion.objects.filter(pk=conversion.pk).update(attempts=attempts)
    page = page_of(world, conversion)
    assert page.title == "Converting 2 balances"
    assert [(step.label, step.state, step.is_current) for step in page.steps] == states
    assert page.say == say


@pytest.mark.parametrize(
    ("waited", "seen", "is_slow"),
    [
        (0, "0-250ms-0", False),
        (5, "0-1s-0", False),
        (10, "0-3s-0", False),
        (15, "0-3s-1", True),
        (60, "0-10s-1", True),
    ],
)
def test_a_poll_brings_something_only_when_it_has_changed(world, waited, seen, is_slow):
    conversion = world.confirmed()
    world.clock.tick(seconds=waited)
    page = page_of(world, conversion)
    assert (page.seen, page.is_slow, page.waiting_words) == (seen, is_slow, "")
    assert page.has_seen(seen)
    assert not page.has_seen("")
    assert (page.say == "This is taking longer than usual. Your balances are safe.") is is_slow


@pytest.mark.parametrize(
    ("told", "words", "seen"),
    [
        ({"DOGE": "alone"}, "DOGE. Only one market trades it, and nothing confirms its price.", "0-250ms-0-DOGE-alone"),
        ({"DOGE": "alone", "BNB": "closed"}, "BNB. Its market is closed at the moment.", "0-250ms-0-BNB-closed"),
    ],
)
def test_the_progress_says_which_price_it_waits_for_and_why(world, told, words, seen):
    page = page_of(world, world.confirmed(), told={code: {"why": why, "share": ""} for code, why in told.items()})
    assert page.waiting_words == page.say == f"Waiting for a current price of {words}"
    assert page.seen == seen


def test_a_review_and_a_result_are_never_seen_already(world):
    assert not page_of(world, world.quoted()).has_seen("")


def test_the_result_says_when_one_can_convert_again(world):
    done = world.settled("DOGE")
    here = "It’s in your Fiat and Spot wallet now."
    assert plain(page_of(world, done).lede) == f"{here} You can convert again today at 20:32 UTC."
    world.clock.tick(hours=7)
    world.observe()
    assert page_of(world, done).lede == f"{here} You can convert again now."
    world.confirmed("ETH")
    assert page_of(world, done).lede == here


def test_while_the_service_is_closed_nobody_can_convert_again(world):
    done = world.settled("DOGE")
    world.clock.tick(hours=7)
    Opening.objects.create(is_open=False, notice="Sorry.")
    assert page_of(world, done).lede == "It’s in your Fiat and Spot wallet now."


def test_a_completed_conversion_leads_to_the_wallet_and_to_what_is_left(world):
    done = world.settled("DOGE")
    labels = {left: [button.label for button in page_of(world, done, left=left).buttons] for left in (0, 1, 2)}
    assert labels == {
        0: ["Go to wallet"],
        1: ["Go to wallet", "1 small balance left"],
        2: ["Go to wallet", "2 small balances left"],
    }


def test_a_completed_conversion_says_what_came_and_what_was_reckoned_with(world):
    factories.policy(fee_percent=Decimal(2))
    page = page_of(world, world.settled("DOGE", DOGE="0.00000205"))
    assert (page.tone, page.status, page.title) == ("ok", "Completed", "You received 0.02009000 BNB")
    assert plain(page.headline) == page.title
    assert page.strip.moved == "+2.50%"
    assert page.fee == "0.00041000 BNB"
    assert page.ended_term == "Converted"
    bnb, doge = page.prices
    assert (bnb.code, bnb.path, bnb.rate, bnb.change) == ("BNB", "BNB→BTC", "0.01000000", "")
    assert [plain(words) for words in bnb.parts] == ["BNBBTC 0.01", "demo, 14:32:09"]
    assert (doge.code, doge.change) == ("DOGE", "+2.50% in BNB")
    assert doge.parts == ["DOGEBTC 0.00000205", "0.02050000 − 0.00041000 BNB"]
    assert "less the fee of 2%, rounded up" in page.calculation


def test_without_a_fee_the_calculation_names_none(world):
    page = page_of(world, world.settled("DOGE"))
    assert page.fee == "None"
    assert page.calculation.startswith("Amount × price ÷ BNB’s price, cut after 8 decimals. Prices are in BTC")
    assert page.prices[1].parts == ["DOGEBTC 0.000002"]


BIDS = [
    {"symbol": "ETHUSDT", "price": "3100.5", "side": "bid"},
    {"symbol": "BTCUSDT", "price": "62010", "side": "ask", "way": "against"},
]
OFFERS = "You give at the bid and get BNB at the ask"
TRADES = "They are the last prices that were paid at the market."


def completed_by(world, legs, bnb_legs=()):
    """The page of a conversion of 0.01 ETH that was completed by these prices."""
    conversion = world.confirmed("ETH")
    page = page_of(world, conversion)
    line = conversion.lines.select_related("asset").get()
    line.settled_legs, line.settled_rate_btc, line.settled_path = legs, Decimal("0.05"), "ETH→USDT→BTC"
    conversion.settled_legs, conversion.settled_rate_btc = list(bnb_legs), Decimal("0.01")
    conversion.settled_observed_at = world.clock()
    return Completed(conversion=conversion, lines=[line], eligibility=page.eligibility, now=page.now, visit=page.visit)


def test_each_price_has_its_side_and_one_that_is_divided_by_says_so(world):
    page = completed_by(world, BIDS, [{"symbol": "BNBBTC", "price": "0.01", "side": "ask"}])
    bnb, eth = page.prices
    assert bnb.parts[0] == "BNBBTC 0.01 ask"
    assert eth.parts == ["ETHUSDT 3100.5 bid", "÷ BTCUSDT 62010 ask"]
    with translation.override("de"):
        assert page.prices[1].parts == ["ETHUSDT 3100,5 Geldkurs", "÷ BTCUSDT 62010 Briefkurs"]


@pytest.mark.parametrize(
    ("side", "words"),
    [("bid", OFFERS), ("ask", OFFERS), ("last", TRADES), ("", "")],
    ids=["bid", "ask", "last", "none"],
)
def test_the_calculation_says_which_prices_it_took_where_that_was_written_down(world, side, words):
    """Conversions of before have legs without a side, which are printed as they are."""
    leg = {"symbol": "ETHBTC", "price": "0.05"} | ({"side": side} if side else {})
    page = completed_by(world, [leg])
    assert words in page.calculation
    assert any(said in page.calculation for said in ("You give at the bid", "They are")) is bool(words)
    assert page.prices[1].parts == [f"ETHBTC 0.05 {side}".strip()]


def test_a_receipt_can_be_worked_out_by_hand(world):
    """By what it says alone: the product of an asset's prices, times its amount, by BNB's, cut after 8 decimals."""
    rows = [market.row("BNB", "BTC", "0.01", ask="0.010005"), market.row("ETH", "USDT", "2500.1", ask="2501")]
    rows += [market.row("BTC", "USDT", "50000", ask="50003"), market.row("BNB", "USDT", "500.1", ask="500.2")]
    found = market.rates(rows, ["BNB", "ETH"])
    page = completed_by(world, found["ETH"].legs, found["BNB"].legs)
    prices = {}
    for price in page.prices:
        rate = Fraction(1)
        for part in price.parts:
            words = part.removeprefix("÷ ").split()
            if words[-1] in ("bid", "ask"):
                rate = rate / Fraction(words[1]) if part.startswith("÷") else rate * Fraction(words[1])
        prices[price.code] = rate
    assert prices == {"ETH": Fraction("2500.1") / Fraction("50003"), "BNB": Fraction("500.2") / Fraction("50000")}
    assert found["ETH"].rate_btc == money.round_price(prices["ETH"])
    assert found["BNB"].rate_btc == money.round_price(prices["BNB"])


def test_a_failed_conversion_says_that_nothing_was_taken_and_leads_to_help(world, failed):
    page = page_of(world, failed)
    assert (page.tone, page.status, page.title) == ("bad", "Failed", "We couldn’t convert your balances")
    assert page.lede == (
        "Nothing was taken from your wallet. It could not be finished in 5 attempts. Our operators have been told."
    )
    assert [(button.label, button.address) for button in page.buttons] == [
        ("Try again with new prices", f"/wallet/dust/?from={failed.reference}"),
        ("Get help", f"/help/?reference={failed.reference}"),
        ("Back to wallet", "/wallet/"),
    ]


def test_prices_observed_at_one_moment_have_no_second_one(world):
    done = world.settled("DOGE")
    page = page_of(world, done)
    assert page.observed == markup.full_time(done.settled_observed_at)
