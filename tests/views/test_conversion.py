import re
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.support import factories
from tests.support.html import read
from wallet import conversions, ledger
from wallet.conversions.claims import claim
from wallet.models import Asset, Conversion

HTMX = {"HX-Request": "true"}


def url(conversion):
    return f"/conversions/{conversion.reference}/"


def test_the_review_says_what_is_given_up_and_what_for(signed_in, world, text):
    quote = world.quoted("DOGE", "ETH")
    words = text(signed_in.get(url(quote)))
    assert "Convert 2 balances to BNB?" in words
    rows = [row.text for row in read(signed_in.get(url(quote))).select(".given tbody tr")]
    assert rows == ["ETH 0.01 000000 ≈ 0.05000000", "DOGE 100.00000000 ≈ 0.02000000"]
    assert "You receive about 0.07000000 BNB" in words
    assert "Fee None" in words
    assert "Rate 1 BNB = 0.01000000 BTC" in words
    assert "Next conversion today at 20:32 UTC" in words
    assert "If an asset’s price in BNB moves 5% or more, nothing is converted. You can’t undo a conversion." in words
    assert "Confirm by 14:32:37." in words
    assert "Confirm conversion" in words


def test_an_expired_review_offers_new_prices_and_changes_nothing(signed_in, world, text):
    quote = world.quoted()
    world.clock.tick(seconds=30)
    words = text(signed_in.get(url(quote)))
    assert "These prices are out of date." in words
    assert "Update prices" in words
    assert "Confirm conversion" not in words
    assert world.status(quote) == "quoted"


def test_htmx_gets_the_review_for_its_dialog(signed_in, world):
    (part,) = read(signed_in.get(url(world.quoted()), headers=HTMX)).elements
    assert part.attributes == {"class": "review", "id": "review"}


def test_progress_polls_and_works_without_javascript(signed_in, world, text):
    conversion = world.confirmed()
    page = read(signed_in.get(url(conversion)))
    assert "Converting 2 balances" in page.text
    poll = page.find("#progress")
    assert poll["hx-get"] == f"{url(conversion)}?seen=0-250ms-0"
    assert poll["hx-trigger"] == "every 250ms, visibilitychange from:document, online from:window"
    assert page.find("noscript meta[http-equiv=refresh]")["content"] == "3"
    assert "Check again" in [one.text for one in page.select("noscript a")]


@pytest.mark.parametrize(("waited", "polls"), [(4, "250ms"), (5, "1s"), (9, "1s"), (10, "3s"), (59, "3s"), (60, "10s")])
def test_progress_polls_ever_less_often(signed_in, world, waited, polls):
    conversion = world.confirmed()
    world.clock.tick(seconds=waited)
    page = read(signed_in.get(url(conversion), headers=HTMX))
    assert page.find("#progress")["hx-trigger"].partition(",")[0] == f"every {polls}"


def test_a_poll_that_has_seen_it_all_brings_nothing_and_one_that_has_not_brings_the_page(signed_in, world, text):
    conversion = world.confirmed()

    def poll(seen):
        return signed_in.get(url(conversion), {"seen": seen}, headers=HTMX)

    assert poll("0-250ms-0").status_code == 204
    claim(conversion.reference)
    claimed = poll("0-250ms-0")
    assert claimed.status_code == 200
    assert "Checking prices and converting now" in text(claimed)
    assert poll("1-250ms-0").status_code == 204
    world.clock.tick(seconds=15)
    assert "taking longer than usual" in text(poll("1-250ms-0"))
    assert signed_in.get(url(conversion), {"seen": "1-3-1"}).status_code == 200  # not htmx: the whole page


def test_a_slow_conversion_says_that_the_balances_are_safe(signed_in, world, text):
    conversion = world.confirmed()
    world.clock.tick(seconds=15)
    assert "This is taking longer than usual. Your balances are safe." in text(signed_in.get(url(conversion)))


def test_a_conversion_that_waits_for_a_price_says_why_until_there_is_one(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    kept_out = world.keep_out("BNB", "disagree")
    page = signed_in.get(url(conversion))
    words = "Waiting for a current price of BNB. Its markets disagree by 12.40%."
    assert read(page).find("#waiting").text == words
    assert read(page).find("#progress")["data-say"] == words
    seen = f"{url(conversion)}?seen=0-250ms-0-BNB-disagree"
    assert signed_in.get(seen, headers={"HX-Request": "true"}).status_code == 204
    kept_out.ended_at = world.clock()
    kept_out.save()
    fresh = signed_in.get(seen, headers={"HX-Request": "true"})
    assert (fresh.status_code, read(fresh).select("#waiting")) == (200, [])


def test_the_end_does_not_poll(signed_in, world):
    page = read(signed_in.get(url(world.settled()), headers=HTMX))
    assert page.select("[hx-trigger]") == []
    assert page.find("title").text.startswith("You received 0.07000000 BNB")


def test_the_receipt_explains_every_number(signed_in, world, text):
    factories.policy(fee_percent=Decimal(2))
    done = world.settled("DOGE", "ETH", DOGE="0.00000205")
    words = text(signed_in.get(url(done)))
    assert "You received 0.06909000 BNB" in words
    assert "You can convert again today at 20:32 UTC." in words
    assert "You received 0.00049000 BNB more than the estimate because prices moved." in words
    assert "DOGE 100 0.01960000 0.02009000" in words
    assert "ETH 0.01 0.04900000 0.04900000" in words
    assert "Total 0.06860000 0.06909000" in words
    assert "DOGE DOGE→BTC 0.00000205 +2.50% in BNB DOGEBTC 0.00000205 0.02050000 − 0.00041000 BNB" in words
    assert "BNB BNB→BTC 0.01000000 BNBBTC 0.01" in words
    assert "ETH: 0.01 × 0.05000000 ÷ 0.01000000 = 0.05000000 BNB; 0.05000000 − 0.00100000 = 0.04900000 BNB" in words
    assert "less the fee of 2%, rounded up" in words
    assert f"Reference {done.reference} Account mira@example.com Estimate 22 November 2026, 14:32:07 UTC" in words
    assert "Confirmed 22 November 2026, 14:32:08 UTC Prices observed 22 November 2026, 14:32:09 UTC" in words
    assert "Converted 22 November 2026, 14:32:09 UTC Fee 0.00141000 BNB Rules Policy version" in words
    assert f"http://testserver/conversions/{done.reference}/" in words
    assert "1 small balance left" in words


def test_what_can_be_done_next_stands_above_the_figures_and_the_record_is_folded(signed_in, world):
    for conversion, card, label in (
        (world.settled("DOGE", DOGE="0.000003"), "moves", "record"),
        (world.settled("ETH"), "received", "calculation"),
    ):
        page = read(signed_in.get(url(conversion)))
        (result,) = page.select("#result")
        parts = [part["id"] for part in result.elements if "id" in part.attributes]
        assert parts == ["actions", card, "record"]
        assert "open" not in page.find("#record").attributes
        assert page.find("#record summary").text == f"Show the {label}"
        assert len(page.select("#record #calculation")) == (label == "calculation")
        assert result.elements[-1].text == f"Reference {conversion.reference}"


def test_the_receipt_leads_to_its_files_whatever_came_of_it(signed_in, world):
    for conversion in (world.settled("DOGE", DOGE="0.000003"), world.settled("ETH")):
        page = read(signed_in.get(url(conversion)))
        files = [link["href"] for link in page.select("a[download]")]
        assert files == [f"/conversions/{conversion.reference}.csv", f"/conversions/{conversion.reference}.json"]
        assert "Print receipt" in [button.text for button in page.select("button")]


def test_prices_observed_at_several_moments_are_said_to_be(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=1)
    world.observe()
    factories.price("DOGE", "0.000002", observed_at=world.clock.at + timedelta(seconds=2))
    world.clock.tick(seconds=3)
    conversions.settle(reference=conversion.reference)
    words = text(signed_in.get(url(conversion)))
    assert "Prices observed 22 November 2026, 14:32:09 UTC – 14:32:11 Converted" in words


def test_the_rows_of_the_receipt_add_up_to_the_total(signed_in, world):
    done = world.settled("DOGE", "ETH", "EUR", BNB="0.01033")
    assert sum(line.net_units for line in done.lines.all()) == done.net_units
    assert sum(line.quoted_net_units for line in done.lines.all()) == done.quoted_net_units


def test_a_stopped_conversion_names_the_asset_and_its_change(signed_in, world, text):
    stopped = world.settled("DOGE", "ETH", DOGE="0.000001877")
    words = text(signed_in.get(url(stopped)))
    assert (
        "Nothing was converted The price of DOGE in BNB moved 6.15%. To protect you, nothing is converted when an asset’s"
        " price in BNB moves 5% or more." in words
    )
    assert "Your balances haven’t changed, and this didn’t use up your wait of 6 hours." in words
    assert "DOGE 100 −6.15% 5% or more 0.00020000 → 0.00018770 BNB" in words
    assert "ETH 0.01 0.00% Within 5% 5.00000000 → 5.00000000 BNB" in words
    links = [link["href"] for link in read(signed_in.get(url(stopped))).select("a[href]")]
    again = read(signed_in.get(next(link for link in links if link.startswith("/wallet/dust/?from="))))
    assert sorted(box["value"] for box in again.select("input[name=asset][checked]")) == ["DOGE", "ETH"]


@pytest.mark.parametrize(("units", "changes"), [(-1000, {"ETH": "0.0525"}), (10**10, {}), (-1000, {"ETH": None})])
def test_of_balances_that_did_change_it_only_says_that_we_took_nothing(signed_in, world, text, units, changes):
    conversion = world.confirmed("DOGE", "ETH")
    ledger.adjust(user=world.user, asset=Asset.objects.get(code="ETH"), units=units, reference="meanwhile")
    world.clock.tick(seconds=120 if None in changes.values() else 1)
    world.observe(**changes)
    assert conversions.settle(reference=conversion.reference).is_stopped
    words = text(signed_in.get(url(conversion)))
    assert "We took nothing, and this didn’t use up your wait of 6 hours." in words
    assert "haven’t changed" not in words


def test_a_receipt_of_another_day_says_what_lasts(signed_in, world, text):
    done = world.settled("DOGE")
    assert "Completed 22 November 2026, 14:32:09 UTC You received" in text(signed_in.get(url(done)))
    world.clock.tick(hours=24)
    world.observe()
    words = text(signed_in.get(url(done)))
    assert "It went to your Fiat and Spot wallet." in words
    assert not re.search("now|again|balances left", words.partition("Download CSV")[0].partition("You received")[2])


def test_an_old_receipt_does_not_say_that_one_can_convert_while_one_cannot(signed_in, world, text):
    done = world.settled("DOGE")
    world.clock.tick(hours=7)
    world.observe()
    assert "You can convert again now." in text(signed_in.get(url(done)))
    world.confirmed("ETH")
    assert "You can convert again" not in text(signed_in.get(url(done)))


def test_a_move_of_bnb_that_stopped_it_shows_in_the_rate_of_every_asset(signed_in, world, text):
    words = text(signed_in.get(url(world.settled("DOGE", "ETH", BNB="0.0094"))))
    assert "The price of DOGE in BNB moved 6.38%." in words
    assert "ETH 0.01 +6.38% 5% or more 5.00000000 → 5.31914893617 BNB" in words
    assert "DOGE 100 +6.38% 5% or more 0.00020000 → 0.000212765957447 BNB" in words
    assert "DOGE +6.38% −5% Estimate +5%" in words  # as much as ETH's; it is the one that is reported


def test_a_stopped_conversion_without_prices_claims_no_changes(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    world.clock.tick(seconds=120)
    conversions.settle(reference=conversion.reference)
    words = text(signed_in.get(url(conversion)))
    assert "It could not be converted within 2 minutes." in words
    assert "DOGE 100 Not converted" in words


def test_a_failed_conversion_says_that_nothing_was_taken(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    for _ in range(5):
        claim(conversion.reference)
        world.clock.tick(seconds=10)
    factories.sweep()
    words = text(signed_in.get(url(conversion)))
    assert "We couldn’t convert your balances Nothing was taken from your wallet." in words
    assert "It could not be finished in 5 attempts." in words


@pytest.mark.parametrize("state", ["quoted", "confirmed", "settled"])
def test_p13_somebody_elses_is_the_same_404_as_none(client, world, text, state):
    """P13: nobody sees what belongs to somebody else."""
    conversion = getattr(world, state)()
    client.force_login(factories.user("stranger"))
    foreign, missing = client.get(url(conversion)), client.get("/conversions/CV-0000-0000/")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert text(foreign) == text(missing)


@pytest.mark.parametrize("path", ["/conversions/1/", "/conversions/CV-0/", "/conversions/cv-7k2m-94qx/"])
def test_what_is_no_reference_is_not_found(signed_in, path):
    assert signed_in.get(path).status_code == 404


def test_signed_out_it_leads_to_sign_in(client, world):
    path = url(world.quoted())
    assert client.get(path).headers["Location"] == f"/accounts/login/?next={path}"


def test_only_reading_is_allowed(signed_in, world):
    assert signed_in.post(url(world.quoted())).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_lines(signed_in, world, queries):
    one = queries(signed_in.get, url(world.quoted("DOGE")))
    three = queries(signed_in.get, url(world.quoted("DOGE", "ETH", "EUR")))
    assert len(three) == len(one)
    assert Conversion.objects.count() == 2
