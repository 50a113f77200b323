from datetime import timedelta
from decimal import Decimal
from importlib import import_module

import pytest

from tests.support import factories
from wallet import conversions
from wallet.models import Account, Asset, Conversion, Line, Opening, Price
from wallet.refusals import Refused


def refusals(world, *codes):
    """The quote is refused with these, and writes nothing."""
    before = Conversion.objects.count(), Line.objects.count()
    with pytest.raises(Refused) as caught:
        conversions.quote(user=world.user, codes=list(codes))
    assert (Conversion.objects.count(), Line.objects.count()) == before
    return caught.value.refusals


def refusal(world, *codes):
    """The one that is reported."""
    return refusals(world, *codes)[0]


def test_a_quote_writes_down_whole_balances_rates_and_figures(world):
    quote = world.quoted("DOGE", "ETH")
    doge, eth = quote.lines.order_by("asset__code")
    assert (quote.status, quote.quoted_at, quote.policy) == ("quoted", world.clock(), world.policy)
    assert (doge.units, doge.quoted_rate_btc, doge.quoted_path) == (100_000_000, Decimal("0.000002"), "DOGE→BTC")
    # 100 × 0.000002 ÷ 0.01 = 0.02 BNB; 0.01 × 0.05 ÷ 0.01 = 0.05 BNB
    assert (doge.quoted_net_units, doge.quoted_value_sats) == (2_000_000, 20_000)
    assert (eth.quoted_net_units, eth.quoted_value_sats) == (5_000_000, 50_000)
    assert (quote.quoted_net_units, quote.quoted_value_sats) == (7_000_000, 70_000)
    assert quote.quoted_rate_btc == Decimal("0.01")


def test_a_fee_is_taken_by_line(world):
    factories.policy(fee_percent=Decimal("0.3"))
    quote = world.quoted("DOGE", "ETH")
    assert [line.quoted_fee_units for line in quote.lines.order_by("asset__code")] == [6_000, 15_000]
    assert (quote.quoted_gross_units, quote.quoted_fee_units, quote.quoted_net_units) == (
        7_000_000,
        21_000,
        6_979_000,
    )


def test_r4_duplicates_count_once(world):
    assert world.quoted("DOGE", "DOGE", "DOGE").lines.count() == 1


def test_r4_an_empty_selection_is_refused(world):
    assert refusal(world).code == "nothing_selected"


@pytest.mark.parametrize("code", ["BTC", "NOPE", "doge", "ВТС", "DOGE\n", "'; DROP TABLE wallet_line; --", ""])
def test_unknown_assets_and_assets_that_are_not_held_are_refused(world, code):
    assert refusal(world, "DOGE", code).code == "unknown_asset"


def test_assets_of_somebody_else_are_refused(world):
    factories.deposit(factories.user("other"), "USDT", "5")
    assert refusal(world, "USDT").code == "unknown_asset"


def test_r1_a_balance_worth_the_limit_is_refused_and_one_unit_less_is_not(world):
    factories.deposit(world.user, "BTC", "0.0012")
    assert refusal(world, "DOGE", "BTC").code == "over_limit"
    other = factories.user("other")
    factories.deposit(other, "BTC", "0.00119999")
    assert world.quoted("BTC", owner=other).quoted_value_sats == 119_999


def test_r1_the_limit_is_the_policys(world):
    factories.policy(dust_limit_btc=Decimal("0.0002"))
    assert refusal(world, "DOGE").code == "over_limit"


def test_r1_bnb_is_not_converted(world):
    factories.deposit(world.user, "BNB", "0.01")
    assert refusal(world, "BNB").code == "is_bnb"


def test_r1_what_would_yield_nothing_is_refused(world):
    factories.deposit(world.user, "LUNC", "0.001")
    assert refusal(world, "LUNC").code == "too_small"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"status": "unlisted"}, "unlisted"),
        ({"status": "delisted"}, "delisted"),
        ({"conversions_paused": True, "pause_reason": "Upgrade."}, "paused"),
    ],
)
def test_r6_unlisted_delisted_and_paused_assets_are_refused(world, fields, code):
    Asset.objects.filter(code="ETH").update(**fields)
    found = refusal(world, "DOGE", "ETH")
    assert (found.code, found.facts["asset"]) == (code, "ETH")


def test_a_balance_of_nothing_is_refused(world):
    world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    assert refusal(world, "DOGE").code == "unknown_asset"


def test_r8_a_price_older_than_the_policy_allows_does_not_count(world):
    world.clock.tick(seconds=60)
    assert world.quoted("DOGE")
    world.clock.tick(milliseconds=1)
    assert refusal(world, "DOGE").code == "price_unavailable"


def test_p10_prices_of_another_source_do_not_count(world, settings):
    """P10: and the same for one that is missing."""
    Price.objects.filter(asset__code="DOGE").update(source="kraken")
    assert refusal(world, "DOGE").code == "price_unavailable"
    Price.objects.filter(asset__code="ETH").delete()
    assert refusal(world, "ETH").code == "price_unavailable"
    settings.PRICE_SOURCE, settings.EXCHANGE_ID = "exchange", "kraken"
    assert refusal(world, "EUR").code == "price_unavailable"


def test_a_refusal_says_why_there_is_no_price(world):
    world.keep_out("DOGE", "jump")
    assert refusal(world, "DOGE").facts == {"asset": "DOGE", "why": "jump", "share": "-30.00"}
    world.keep_out("BNB", "venues")
    found = refusal(world, "ETH")
    assert found.facts == {"asset": "BNB", "why": "venues", "share": "3.10"}
    assert "Another exchange’s price for it is 3.10% off." in found.text


def test_without_a_price_of_bnb_nothing_can_be_quoted(world):
    Price.objects.filter(asset__code="BNB").delete()
    assert refusal(world, "DOGE").facts["asset"] == "BNB"


def test_r7_during_the_wait_nothing_can_be_quoted(world):
    assert world.settled("DOGE").is_completed
    world.clock.tick(seconds=21_599)
    world.observe()
    assert refusal(world, "ETH").code == "wait"
    assert refusal(world, "DOGE", "NOPE").code == "wait"
    world.clock.tick(seconds=1)
    assert world.quoted("ETH")


def test_r7_the_wait_is_the_newest_policys(world):
    world.settled("DOGE")
    factories.policy(interval_seconds=60)
    world.clock.tick(seconds=60)
    world.observe()
    assert world.quoted("ETH")


def test_beside_a_confirmed_conversion_nothing_can_be_quoted(world):
    world.confirmed("DOGE")
    assert refusal(world, "ETH").code == "in_progress"


def test_while_the_service_is_closed_nothing_can_be_quoted(world):
    Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    found = refusal(world, "DOGE")
    assert found.code == "closed"
    assert "Back at 16:00 UTC." in found.text
    Opening.objects.create(is_open=True)
    assert world.quoted("DOGE")


def test_the_first_rule_in_the_order_is_reported_and_all_are_known(world):
    Asset.objects.filter(code="EUR").update(status="delisted")
    factories.deposit(world.user, "BTC", "1")
    found = refusals(world, "BTC", "EUR")
    assert [(one.code, one.facts["asset"]) for one in found] == [("delisted", "EUR"), ("over_limit", "BTC")]


def test_a_renewed_quote_names_the_one_it_renews_and_takes_todays_balances(world):
    old = world.quoted("DOGE", "ETH")
    factories.deposit(world.user, "DOGE", "1.5")
    world.clock.tick(seconds=31)
    world.observe(DOGE="0.0000021")
    fresh = conversions.renew(conversion=old)
    assert (fresh.renews, fresh.reference == old.reference) == (old, False)
    assert fresh.lines.get(asset__code="DOGE").units == 101_500_000
    assert fresh.quoted_net_units > old.quoted_net_units


def test_a_quote_locks_nothing_up(world):
    quote = world.quoted("DOGE")
    assert factories.balance(world.user, "DOGE") == 100_000_000
    assert quote.expires_at == world.clock() + timedelta(seconds=30)


def test_a_quote_takes_the_same_number_of_queries_for_one_asset_and_for_many(world, queries):
    one = queries(world.quoted, "DOGE")
    codes = world.hold_more(30)
    many = queries(world.quoted, "DOGE", *codes)
    assert len(many) == len(one)
    assert Account.objects.held_by(world.user).count() == 33


def test_s5_of_quotes_that_nobody_confirms_the_newest_five_are_kept(world):
    """S5: each customer's own; whoever quotes more loses the oldest, lines and all."""
    other = world.quoted("DOGE", owner=factories.user("olaf", {"DOGE": "100"}))
    quotes = [world.quoted("DOGE") for _ in range(8)]
    kept = Conversion.objects.order_by("pk").values_list("reference", flat=True)
    assert list(kept) == [other.reference, *(quote.reference for quote in quotes[-5:])]
    assert Line.objects.count() == 6


def test_s5_quotes_that_renew_each_other_go_too_but_never_what_was_confirmed_renews(world):
    first = world.quoted("DOGE")
    confirmed = conversions.renew(conversion=first)
    conversions.confirm(user=world.user, reference=confirmed.reference)
    world.settle(confirmed)
    world.clock.tick(hours=6)
    world.observe()
    chain = [world.quoted("ETH")]
    for _ in range(7):
        chain.append(conversions.renew(conversion=chain[-1]))
    kept = Conversion.objects.order_by("pk").values_list("pk", flat=True)
    assert list(kept) == [first.pk, confirmed.pk, *(quote.pk for quote in chain[-5:])]
    assert Conversion.objects.get(pk=chain[3].pk).renews is None


def test_s5_a_quote_that_went_while_it_was_being_confirmed_is_nobodys(world, monkeypatch):
    quote = world.quoted("DOGE")

    Conversion.objects.all().delete()
    Line.objects.all().delete()
    monkeypatch.setattr("wallet.models.conversions.ConversionQuerySet.exists", lambda _: True)
    with pytest.raises(Conversion.DoesNotExist):
        conversions.confirm(user=world.user, reference=quote.reference)


def test_a_reference_that_is_taken_is_drawn_again(world, monkeypatch):
    """Of forty random bits the same may come twice."""
    first = world.quoted("DOGE")
    free = "CV-2222-2222"
    drawn = [first.reference, free]
    monkeypatch.setattr(Conversion._meta.get_field("reference"), "_get_default", lambda: first.reference)  # noqa: SLF001
    monkeypatch.setattr(import_module("wallet.conversions.quote"), "new_reference", lambda: drawn.pop(0))
    assert world.quoted("ETH").reference == free
    assert Conversion.objects.count() == 2
