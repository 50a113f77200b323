"""P19: whatever one venue says at whatever moment, a conversion pays within 5% of fair, and the fair price is soon back."""

from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection

from tests.support import factories, faults, loopback
from tests.support.fault_table import AFTER, BEFORE, NAMES, names, told
from tests.support.faults import FAIR, in_markets
from tests.support.faulty_site import ON_BOTH, ON_ONE, ON_THE_WIRE, ROUND, Site, ended
from tests.support.wired import WiredVenue
from wallet.audit import audit
from wallet.conversions import settle_round
from wallet.models import Conversion, Opening

# How far from fair a conversion may pay, either way.
CLOSE = Fraction(5, 100)
# What customers read where nothing is converted.
REASONS = ("Price unavailable.", "The way DOGE is priced changed.", "The way BNB is priced changed.")


@pytest.fixture
def site(world):
    return Site(world)


@pytest.fixture
def wired(world):
    """A site whose venue is asked over a network."""
    venue = WiredVenue()
    with loopback.running(venue.market) as url:
        venue.reach(url)
        yield Site(world, venue)


def assert_back(site):
    """One good round, and the fair price is there and converts, six hours after what was converted before."""
    if Conversion.objects.filter(status="completed").exists():
        site.world.clock.tick(hours=6)
        for code, amount in {"DOGE": "100", "ETH": "0.01"}.items():
            factories.deposit(site.world.user, code, amount, reference=f"once more {code}")
    site.heal()
    assert site.round()
    quote = site.quote()
    assert isinstance(quote, Conversion), quote
    site.confirm(quote)
    assert site.round()
    settle_round()
    assert ended(quote) == ("completed", "")
    assert abs(site.paid(quote) - 1) <= CLOSE
    if connection.vendor == "sqlite":  # on PostgreSQL a quarter of the time, and the books are the same
        assert not list(audit())


def assert_fair_or_nothing(site, name, moment, outcome):
    """As the table says, and the fair price is back with one good round."""
    if outcome.paid is None:
        assert outcome.reads.startswith(REASONS)
    else:
        assert abs(outcome.paid - 1) <= CLOSE
    table, found = told(name, moment, outcome)
    assert table == found
    assert_back(site)


@pytest.mark.parametrize("name", ON_ONE)
def test_p19_a_fault_before_the_quote_pays_fair_or_nothing(site, name):
    assert_fair_or_nothing(site, name, BEFORE, site.before_the_quote(ON_ONE[name]))


@pytest.mark.parametrize("name", ON_ONE)
def test_p19_a_fault_between_confirm_and_settlement_pays_fair_or_nothing(site, name):
    assert_fair_or_nothing(site, name, AFTER, site.after_confirm(ON_ONE[name]))


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_p19_an_answer_that_is_none_before_the_quote_pays_nothing(wired, name):
    """And it ends, where the venue's answer never does: no worker waits for good."""
    assert_fair_or_nothing(wired, name, BEFORE, wired.before_the_quote(ON_THE_WIRE[name]))


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_p19_an_answer_that_is_none_between_confirm_and_settlement_is_waited_for(wired, name):
    assert_fair_or_nothing(wired, name, AFTER, wired.after_confirm(ON_THE_WIRE[name]))


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("name", ON_BOTH)
def test_p19_what_both_venues_say_is_the_market_and_costs_no_more_than_the_breaker_lets_through(site, name, moment):
    """M10: nobody can tell two venues that are wrong alike from a market that moved."""
    factories.policy(breaker_bnb=1)
    outcome = site.before_the_quote(ON_BOTH[name]) if moment == BEFORE else site.after_confirm(ON_BOTH[name])
    assert factories.balance(site.world.user, "BNB") <= 10**8
    table, found = told(name, moment, outcome)
    assert table == found
    if Opening.objects.service(site.world.clock()).closure is None:
        assert_back(site)


def test_the_table_of_faults_tells_of_each_that_is_tried():
    assert names() == NAMES


# --- a jump, honest and not -------------------------------------------------------------------------------------------


def test_m7_an_honest_crash_of_thirty_percent_is_tradable_again_within_two_minutes(world):
    """M7: without any fallback, as soon as rounds from two ways have agreed for a minute."""
    site = Site(world)
    site.second = None
    site.venue.fair["DOGE"] = FAIR["DOGE"] * Decimal("0.7")
    crashed = world.clock()
    while not isinstance(site.quote("DOGE"), Conversion) or site.world.clock() == crashed:
        assert site.round()
        if site.world.clock() > crashed:
            text = site.quote("DOGE")
            if not isinstance(text, Conversion):
                assert text.startswith("Price unavailable.")
        assert (site.world.clock() - crashed).total_seconds() <= 120
    assert (site.world.clock() - crashed).total_seconds() >= 60
    assert_back(site)


def test_m7_the_fallback_confirms_an_honest_crash_at_once(site):
    for venue in (site.venue, site.other):
        venue.fair["DOGE"] = FAIR["DOGE"] * Decimal("0.7")
    assert_back(site)


def test_m9_a_bnb_that_is_wrong_on_one_venue_for_long_is_never_paid(site):
    """M9: rounds that agree with each other for minutes are no proof while the other venue says otherwise."""
    site.venue.fault = in_markets(faults.pairs_of("BNB"), faults.times("0.5"))
    for _ in range(30):
        assert site.round()
        assert site.quote().startswith("Price unavailable.")
    assert_back(site)


@pytest.mark.parametrize(("doge", "bnb"), [("1.149", "1"), ("1.149", "0.96"), ("1.03", "0.979"), ("0.86", "1.04")])
def test_m9_what_is_wrong_by_less_than_a_jump_is_never_paid(site, doge, bnb):
    """P19: in all markets of one venue, for as long as it likes; each figure alone would be within M7's."""

    def fault(rows):
        of_doge = in_markets(faults.pairs_of("DOGE"), faults.times(doge))
        return in_markets(faults.pairs_of("BNB"), faults.times(bnb))(of_doge(rows))

    site.venue.fault = fault
    for seconds in (70, *[ROUND] * 8):  # what was stored before is too old by now
        assert site.round(seconds=seconds)
        assert site.quote("DOGE").startswith("Price unavailable.")
    assert_back(site)


def test_m9_a_fallback_that_is_wrong_about_bnb_stops_conversions_and_changes_no_price(site):
    """M9: nobody can tell which of the two is right; the fallback never takes the source's place."""
    site.other.fault = in_markets(faults.pairs_of("BNB"), faults.times("2"))
    assert site.round()
    assert site.quote().startswith("Price unavailable.")
    assert_back(site)


def test_m9_a_fallback_that_is_wrong_about_bitcoin_stops_conversions(site):
    site.other.fault = in_markets(faults.pairs_of("BTC"), faults.times("1.5"))
    site.other.fair["BTC"] = FAIR["BTC"] * 2
    assert not site.round(seconds=70)  # nothing is a price, so that what was stored before grows old
    assert site.quote().startswith("Price unavailable.")
    site.other.fair["BTC"], site.other.fault = FAIR["BTC"], dict
    assert_back(site)


def test_m10_a_bnb_that_is_wrong_everywhere_costs_no_more_than_the_breaker_lets_through(site):
    """P19: when all markets of both venues say the same, that is the market; what it may cost is the policy's amount."""
    factories.policy(breaker_bnb=1)
    wrong = in_markets(faults.pairs_of("BNB"), faults.times("0.001"))
    site.venue.fault = site.other.fault = wrong
    assert site.round()
    conversion = site.confirm(site.quote())
    site.round()
    settle_round()
    assert ended(conversion)[0] == "stopped"
    assert factories.balance(site.world.user, "BNB") == 0
    assert Opening.objects.service(site.world.clock()).closure


def test_m9_one_missed_answer_of_the_fallback_lets_nothing_in(site):
    """M9: nor do minutes of them."""
    site.venue.fault = in_markets(faults.pairs_of("BNB"), faults.times("0.001"))
    for _ in range(8):
        site.round()
    site.other.fault = faults.none_of
    for _ in range(24):
        site.round()
        assert site.quote().startswith("Price unavailable.")
    assert_back(site)


def test_m7_a_long_silence_makes_no_number_a_price(site):
    """M7: what it jumps from is the last price, however old."""
    site.second = None
    site.world.clock.tick(minutes=10)
    site.venue.fault = in_markets(faults.pairs_of("BNB"), faults.times("0.001"))
    assert site.round()
    assert site.quote().startswith("Price unavailable.")
    assert_back(site)


@pytest.mark.parametrize("fault", [faults.none_of, faults.too_much, faults.empty])
def test_a_fallback_that_gives_nothing_keeps_nobody_waiting(site, fault):
    """M9 asks it only where it answers."""
    site.other.fault = fault
    site.round()
    assert_back(site)
