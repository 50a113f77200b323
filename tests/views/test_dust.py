from decimal import Decimal

import pytest
from django.test import Client

from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, Conversion, Customer, Opening, Price

URL = "/wallet/dust/"
HTMX = {"HX-Request": "true"}


def boxes(response):
    return [box["value"] for box in read(response).select("input[name=asset]")]


def ticked(response):
    return [box["value"] for box in read(response).select("input[name=asset][checked]")]


def can_be_reviewed(response):
    """Whether there is a button for it."""
    return bool(read(response).select("#convert"))


def test_r3_it_lists_what_can_be_converted_largest_first_and_nothing_is_ticked(signed_in, text):
    page = signed_in.get(URL)
    assert boxes(page) == ["ETH", "DOGE", "EUR"]
    assert ticked(page) == []
    assert "Choose balances to see what you’d receive." in text(page)
    assert "worth less than 0.0012 BTC each into BNB. You can do this once every 6 hours." in text(page)


@pytest.fixture
def refusals(world):
    """One balance of every reason why not."""
    factories.deposit(world.user, "BTC", "0.0012")
    factories.deposit(world.user, "LUNC", "0.001")
    factories.deposit(world.user, "USDT", "2")
    Asset.objects.filter(code="ETH").update(status="delisted", delisted_on="2026-11-03", withdraw_until="2027-02-03")
    Asset.objects.filter(code="EUR").update(status="unlisted")
    Asset.objects.filter(code="DOGE").update(conversions_paused=True, pause_reason="Its network is being upgraded.")
    Price.objects.filter(asset__code="USDT").delete()


def test_r3_what_cannot_be_converted_is_shown_with_its_reason(signed_in, refusals, text):
    page = signed_in.get(URL)
    assert boxes(page) == []
    words = text(page)
    for reason in (
        "BTC Bitcoin Worth 0.0012 BTC or more. At 0.00120000 BTC, BTC is not below the small-balance limit.",
        "LUNC Terra Classic Too small to convert. LUNC would convert to less than 0.00000001 BNB.",
        "ETH Ethereum Delisted on 3 November 2026. ETH can’t be converted any more. It can be withdrawn until 3 Febr",
        "EUR Euro Not listed. EUR is not traded here",
        "DOGE Dogecoin Conversions paused for DOGE. Its network is being upgraded.",
        "USDT Tether Price unavailable. There is no current price for USDT.",
    ):
        assert reason in words
    assert "6 balances can’t be converted" in words
    assert "You have no small balances to convert." in words


def test_bnb_itself_is_not_in_the_list(signed_in, world, text):
    factories.deposit(world.user, "BNB", "0.01")
    assert "BNB" not in boxes(signed_in.get(URL))
    assert "Already BNB" not in text(signed_in.get(URL))


def test_every_figure_of_the_rules_comes_from_the_policy(signed_in, world, text):
    factories.policy(
        dust_limit_btc=Decimal("0.0007"), interval_seconds=5400, tolerance_percent=Decimal("2.5"), fee_percent=2
    )
    words = text(signed_in.get(f"{URL}?asset=DOGE"))
    assert "worth less than 0.0007 BTC each" in words
    assert "once every 1 hour 30 minutes" in words
    assert "If an asset’s price in BNB moves 2.5% or more" in words
    assert "Fee 2% · 0.00040000 BNB" in words


def test_a_selection_in_the_address_is_ticked(signed_in):
    assert ticked(signed_in.get(f"{URL}?asset=EUR&asset=DOGE&asset=NOPE&asset=BTC")) == ["DOGE", "EUR"]
    assert ticked(signed_in.get(f"{URL}?all=1")) == ["ETH", "DOGE", "EUR"]


def test_the_selection_of_a_conversion_is_ticked_for_its_customer_alone(signed_in, world):
    quote = world.quoted("DOGE", "EUR")
    assert ticked(signed_in.get(f"{URL}?from={quote.reference}")) == ["DOGE", "EUR"]
    for strange in ("CV-0000-0000", "x" * 3000):
        assert ticked(signed_in.get(f"{URL}?from={strange}")) == []
    stranger = factories.user("stranger")
    factories.deposit(stranger, "DOGE", "5")
    signed_in.force_login(stranger)
    assert ticked(signed_in.get(f"{URL}?from={quote.reference}")) == []


def test_r4_convert_makes_the_quote_and_goes_to_it(signed_in, world):
    response = signed_in.post(URL, {"asset": ["DOGE", "ETH", "DOGE"]})
    quote = Conversion.objects.get()
    assert (response.status_code, response.headers["Location"]) == (303, f"/conversions/{quote.reference}/")
    assert quote.user == world.user
    assert quote.lines.count() == 2


def test_an_empty_selection_is_a_problem_in_words(signed_in, text):
    page = signed_in.post(URL, {})
    assert page.status_code == 422
    assert "There is a problem Choose at least one balance to convert." in text(page)
    assert read(page).find("title").text.startswith("Error: ")


@pytest.mark.parametrize("code", ["NOPE", "BTC", "doge", "ВТС", "<script>alert(1)</script>", "A" * 10_000, " "])
def test_what_is_not_the_customers_is_a_problem_in_words(signed_in, text, code):
    page = signed_in.post(URL, {"asset": ["DOGE", code]})
    assert page.status_code == 422
    assert "That selection has an asset that isn’t in your wallet. Nothing was converted." in text(page)
    assert ticked(page) == ["DOGE"]
    assert not [script for script in read(page).select("script") if "alert" in script.text]
    assert not Conversion.objects.exists()


def test_p13_an_asset_of_somebody_else_is_as_unknown_as_any(signed_in, world, text):
    """P13: the answer is the same as for what does not exist."""
    factories.deposit(factories.user("other"), "USDT", "5")
    foreign, unknown = (signed_in.post(URL, {"asset": [code]}) for code in ("USDT", "NOPE"))
    assert text(foreign) == text(unknown)


def test_ten_thousand_fields_are_refused_in_words(signed_in, text):
    page = signed_in.post(URL, {"asset": [f"A{number}" for number in range(10_000)]})
    assert page.status_code == 400
    assert "more than 5,000 fields. Nothing was converted." in text(page)
    assert not Conversion.objects.exists()


def test_thousands_of_assets_are_no_fault(signed_in):
    assert signed_in.post(URL, {"asset": [f"A{number}" for number in range(4_900)]}).status_code == 422


def test_p12_amounts_and_prices_in_the_form_change_nothing(signed_in, world):
    """P12: nothing the browser sends sets an amount, a price, an owner or a time."""
    forged = {
        "asset": "DOGE",
        "units": "1",
        "amount": "0.000001",
        "quoted_rate_btc": "1",
        "rate": "1",
        "user": "1",
        "quoted_at": "2030-01-01",
        "policy": "9",
    }
    signed_in.post(URL, forged)
    quote = Conversion.objects.get()
    assert (quote.quoted_net_units, quote.quoted_at, quote.user) == (2_000_000, world.clock(), world.user)


@pytest.mark.parametrize("code", ["over_limit", "delisted"])
def test_what_a_rule_refuses_is_a_problem_in_words(signed_in, world, text, code):
    if code == "over_limit":
        factories.deposit(world.user, "DOGE", "5000")
    else:
        Asset.objects.filter(code="DOGE").update(status="delisted")
    page = signed_in.post(URL, {"asset": ["DOGE", "ETH"]})
    assert page.status_code == 422
    expected = {"over_limit": "Worth 0.0012 BTC or more.", "delisted": "Delisted."}[code]
    assert f"There is a problem {expected}" in text(page)
    assert ticked(page) == ["ETH"]


def test_during_the_wait_the_button_is_gone_and_convert_is_refused(signed_in, world, text):
    world.settled("DOGE")
    page = signed_in.get(URL)
    assert read(page).select("#summary .box[hx-post]")[0]["hx-trigger"] == "load delay:21601s"
    assert "You can convert again today at 20:32 UTC That’s in 6 hours. You can still choose balances" in text(page)
    assert not can_be_reviewed(page)
    refused = signed_in.post(URL, {"asset": "ETH"})
    assert refused.status_code == 422
    assert "You can convert again at 20:32 UTC on 22 November 2026." in text(refused)


def test_beside_a_running_conversion_there_is_no_button(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    page = signed_in.get(URL)
    assert "A conversion is in progress" in text(page)
    assert read(page).select(f"a[href=/conversions/{conversion.reference}/]")
    assert not can_be_reviewed(page)


def test_while_closed_the_notice_stands_in_the_buttons_place(signed_in, world, text):
    Opening.objects.create(is_open=False, notice="Back at 16:00 UTC.")
    page = signed_in.get(URL)
    assert "Conversions are paused Back at 16:00 UTC." in text(page)
    assert not can_be_reviewed(page)
    assert "Back at 16:00 UTC." in text(signed_in.post(URL, {"asset": "DOGE"}))


def test_without_prices_there_is_a_notice_and_no_button(signed_in, world, text):
    world.clock.tick(minutes=2)
    page = signed_in.get(URL)
    assert "Prices are unavailable, so nothing can be converted now." in text(page)
    assert not can_be_reviewed(page)


def test_what_is_kept_out_says_why_in_one_more_query_however_much_it_is(signed_in, world, text, queries):
    few = queries(signed_in.get, URL)
    world.keep_out("DOGE", "wide")
    assert (
        "DOGE Dogecoin Price unavailable. There is no current price for DOGE. Offers to buy and to sell it are 7.21%"
        in (text(signed_in.get(URL)))
    )
    one = queries(signed_in.get, URL)
    world.keep_out("ETH", "jump")
    assert "Its price jumped by 30.00%." in text(signed_in.get(URL))
    assert len(queries(signed_in.get, URL)) == len(one) == len(few) + 1


def test_while_bnb_is_kept_out_one_notice_says_why(signed_in, world, text):
    world.keep_out("BNB", "venues")
    page = signed_in.get(URL)
    assert text(page).count("Another exchange’s price for it is 3.10% off.") == 1
    assert "Another exchange’s price for it is 3.10% off." in read(page).find("#nothing").text
    assert not can_be_reviewed(page)
    assert "3.10% off" in text(signed_in.get("/wallet/"))
    assert "3.10% off" in text(signed_in.post(URL, {"asset": "DOGE"}))


def test_htmx_gets_the_problem_in_its_place(signed_in):
    response = signed_in.post(URL, {}, headers=HTMX)
    assert response.status_code == 422
    assert response.headers["HX-Retarget"] == "#problem"
    title, problem = read(response).elements
    assert title.text.startswith("Error: Convert small balance to BNB")
    assert problem["id"] == "problem"
    assert problem.select("a[href=#choose-ETH]")


def test_p16_reading_changes_nothing(signed_in, world, queries):
    """P16: no GET changes anything, not even for a user who has no row yet."""
    user = factories.user("fresh")
    signed_in.force_login(user)
    assert not [sql for sql in queries(signed_in.get, URL) if not sql.startswith("SELECT")]
    assert not Customer.objects.filter(user=user).exists()


def test_p16_a_post_needs_its_token(world, text):
    """P16: without it nothing happens, and the page says so."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    page = client.post(URL, {"asset": "DOGE"})
    assert page.status_code == 403
    assert "This page was open for too long" in text(page)
    assert not Conversion.objects.exists()


def test_signed_out_it_leads_to_sign_in(client, world, text):
    sign_in = client.get(URL).headers["Location"]
    assert sign_in == "/accounts/login/?next=/wallet/dust/"
    assert "Sign in to carry on." in text(client.get(sign_in))
    assert not Conversion.objects.exists()


@pytest.mark.parametrize("path", [URL, f"{URL}estimate/"])
def test_signed_out_in_the_middle_one_comes_back_with_the_same_selection(client, world, path):
    fields = {"asset": ["DOGE", "ETH", "<script>"]}
    address = "/accounts/login/?next=/wallet/dust/%3Fasset%3DDOGE%26asset%3DETH"
    assert client.post(path, fields).headers["Location"] == address
    assert client.post(path, fields, headers=HTMX).headers["HX-Redirect"] == address
    assert not Conversion.objects.exists()


def test_p16_after_too_long_the_page_can_be_loaded_again_with_the_same_selection(world, text):
    """P16: a POST without its token does nothing; the way back keeps what was ticked. htmx gets the words alone."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.user)
    plain, part = client.post(URL, {"asset": ["DOGE", "EUR"]}), client.post(URL, {"asset": ["DOGE"]}, headers=HTMX)
    assert "This page was open for too long. Nothing was converted. Reload the page" in text(plain)
    assert read(plain).find("a[href=/wallet/dust/?asset=DOGE&asset=EUR]").text == "Reload the page"
    assert (part.status_code, part.headers["HX-Retarget"]) == (403, "#warn")
    assert [one.get("id") for one in read(part).elements] == ["warning"]


def test_other_methods_are_not_allowed(signed_in):
    assert signed_in.put(URL).status_code == 405
    assert signed_in.delete(URL).status_code == 405


def test_every_signed_in_page_is_kept_by_nobody_and_under_the_strict_policy(signed_in):
    response = signed_in.get(URL)
    assert "no-store" in response.headers["Cache-Control"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert [one.attributes for one in read(response).within() if is_inline(one)] == []


def is_inline(element):
    """Whether it brings a style or a script of its own, which the policy forbids."""
    if element.name == "style" or (element.name == "script" and not element.attributes):
        return True
    return any(name == "style" or name.startswith("on") for name in element.attributes)


def test_the_number_of_queries_does_not_grow_with_the_assets(signed_in, world, queries):
    few = queries(signed_in.get, URL)
    world.hold_more(30)
    assert len(queries(signed_in.get, URL)) == len(few)


def test_a_page_that_is_opened_says_nothing_of_what_it_cannot_tick(signed_in, world):
    """That an asset can no longer be converted is heard where it happens: when the list is made anew."""
    factories.deposit(world.user, "BTC", "0.5")
    assert "data-say" not in read(signed_in.get(f"{URL}?asset=BTC&asset=DOGE")).find("#selection").attributes
    refused = signed_in.post(URL, {"asset": ["BTC", "DOGE"], "update": "1", "shown": "50"})
    page = read(refused)
    assert "data-say" not in page.find("#selection").attributes
    assert "Prices updated" not in page.find("#summary")["data-say"]
