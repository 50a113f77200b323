"""What the page of a conversion that brought nothing says of the prices, and of what stopped it."""

from tests.support import factories
from tests.support.conversion_pages import page_of, plain
from wallet import conversions, ledger
from wallet.models import Asset, Opening
from wallet.pages.conversion.changes import changes


def test_a_change_of_price_that_stopped_it_is_shown_and_nothing_was_touched(world):
    page = page_of(world, world.settled("DOGE", "ETH", DOGE="0.000001877"))
    assert (page.tone, page.status, page.title) == ("warn", "Stopped: price moved", "Nothing was converted")
    assert page.lede == (
        "The price of DOGE in BNB moved 6.15%. To protect you, nothing is converted when an asset’s price in BNB moves 5%"
        " or more."
        " <b>Your balances haven’t changed, and this didn’t use up your wait of 6 hours.</b>"
    )
    assert page.changes.title == "How far prices moved"
    assert plain(page.changes.words) == "In BNB, between your estimate at 14:32:07 and 14:32:09."
    assert [(row.code, row.text, row.rates, row.verdict, row.is_reason) for row in page.changes.rows] == [
        ("DOGE", "−6.15%", "0.00020000 → 0.00018770 BNB", "5% or more", True),
        ("ETH", "0.00%", "5.00000000 → 5.00000000 BNB", "Within 5%", False),
    ]
    assert (page.strip.moved, page.strip.is_over) == ("DOGE −6.15%", True)
    assert [button.label for button in page.buttons] == ["Try again with new prices", "Back to wallet"]
    assert page.ended_term == "Ended"


def test_while_conversions_are_closed_nobody_is_told_to_try_again(world):
    """As after the house breaker has stopped one."""
    stopped = world.settled("DOGE", DOGE="0.000001877")
    Opening.objects.create(is_open=False, notice="We are moving.")
    (button,) = page_of(world, stopped).buttons
    assert (button.label, button.address, button.is_second) == ("Back to wallet", "/wallet/", False)


def test_the_comparison_says_which_prices_it_took_where_that_was_written_down(world):
    stopped = world.settled("DOGE", DOGE="0.000001877")
    legs = [{"symbol": "DOGEBTC", "price": "0.000001877", "side": "bid"}]
    page = page_of(world, stopped)
    assert "bids" not in page.changes.words
    for line in page.lines:
        line.settled_legs = legs
    found = changes(stopped, page.lines)
    assert found.words.endswith(" Compared is what the market bids for an asset, divided by what it asks for BNB.")


def test_a_move_of_bnb_stands_in_each_assets_rate_and_the_largest_is_told_and_on_the_strip(world):
    stopped = world.settled("DOGE", "ETH", BNB="0.0095", ETH="0.0505")
    assert [one.facts["asset"] for one in stopped.refusals] == ["DOGE", "ETH"]
    page = page_of(world, stopped)
    assert page.lede.startswith("The price of ETH in BNB moved 6.31%.")
    assert [(row.code, row.text, row.is_reason) for row in page.changes.rows] == [
        ("ETH", "+6.31%", True),
        ("DOGE", "+5.26%", True),
    ]
    assert (page.strip.moved, page.strip.is_over) == ("ETH +6.31%", True)
    assert page.strip.label == "The price of ETH in BNB moved +6.31%. The limit is 5%."


def test_a_change_of_a_little_less_than_the_limit_never_reads_the_limit(world):
    page = page_of(world, world.settled("DOGE", "ETH", DOGE="0.00000209999", ETH="0.06"))
    assert [(row.code, row.text, row.verdict) for row in page.changes.rows] == [
        ("ETH", "+20.00%", "5% or more"),
        ("DOGE", "+4.99%", "Within 5%"),
    ]


def test_what_bnb_is_priced_differently_for_is_not_compared(world):
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    factories.price("BNB", "0.01", path="BNB→USDT→BTC")
    page = page_of(world, conversions.settle(reference=conversion.reference))
    assert page.status == "Stopped: priced differently"
    assert page.lede.startswith("The way BNB is priced changed.")
    assert not page.changes.is_compared
    assert [(row.code, row.text, row.verdict) for row in page.changes.rows] == [
        ("DOGE", "Not compared", "Not converted")
    ]
    assert page.strip is None


def test_a_rate_beyond_every_price_is_not_written_out(world):
    page = page_of(world, world.settled("ETH", ETH="500000000000"))
    assert [(row.text, row.rates) for row in page.changes.rows] == [("+999999999999900.00%", "")]


def test_of_a_balance_that_changed_only_that_nothing_was_taken_is_said(world):
    conversion = world.confirmed("DOGE", "ETH")
    ledger.adjust(user=world.user, asset=Asset.objects.get(code="ETH"), units=-1000, reference="meanwhile")
    world.clock.tick(seconds=1)
    world.observe()
    conversions.settle(reference=conversion.reference)
    page = page_of(world, conversion)
    assert page.status == "Stopped: balance changed"
    assert page.assurance == "We took nothing, and this didn’t use up your wait of 6 hours."
    assert page.strip is None
    assert [(row.code, row.verdict) for row in page.changes.rows] == [
        ("ETH", "Your ETH balance changed"),
        ("DOGE", "Within 5%"),
    ]


def test_without_prices_nothing_is_compared(world):
    conversion = world.confirmed("DOGE")
    world.clock.tick(minutes=2)
    conversions.settle(reference=conversion.reference)
    page = page_of(world, conversion)
    assert page.status == "Stopped: took too long"
    assert (page.changes.title, page.changes.words) == ("What was to be converted", "None of these balances was taken.")
    assert not page.changes.is_compared
    assert [(row.text, row.verdict) for row in page.changes.rows] == [("Not compared", "Not converted")]
    assert (page.observed, page.fee) == ("", "None")
