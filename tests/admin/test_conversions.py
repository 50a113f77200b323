"""P20: a conversion's page for support has all that is known of it; it is settled or stopped there, never edited."""

import pytest

from tests.support import factories, proposing
from tests.support.html import read
from wallet import conversions, roles
from wallet.conversions.claims import claim
from wallet.models import StaffAction
from wallet.pages.conversion_record import UNSAID

LIST = "/admin/wallet/conversion/"
WHY = {"reason": "The customer asked for it."}


@pytest.fixture
def support(world):
    return proposing.browser(factories.staff(roles.SUPPORT, "sam"))


def page_of(conversion):
    return f"{LIST}{conversion.pk}/change/"


def cells(table):
    return {row.find("th").text: [cell.text for cell in row.select("td")] for row in table.select("tbody tr")}


def tables(client, conversion):
    """The page's tables, by their captions."""
    found = read(client.get(page_of(conversion))).select("#record table")
    return {table.find("caption").text: cells(table) for table in found}


def test_a_completed_one_shows_the_quote_beside_the_settlement_and_its_entries(support, world):
    conversion = world.settled("DOGE", DOGE="0.00000204")
    told = tables(support, conversion)
    assert told["100.000000 DOGE; its price in BNB moved +2.00%"]["Price of DOGE (BTC)"] == ["0.00000200", "0.00000204"]
    assert told["100.000000 DOGE; its price in BNB moved +2.00%"]["Net (BNB)"] == ["0.02000000", "0.02040000"]
    assert told["BNB and the totals"]["Observed"] == ["2026-11-22 14:32:07 UTC", "2026-11-22 14:32:09 UTC"]
    life = told["Its life, in UTC"]
    assert (life["Customer"], life["Status"], life["Attempts"]) == (["mira"], ["Completed"], ["1 of 5"])
    assert (life["Confirmed"], life["Ended"]) == (["2026-11-22 14:32:08 UTC"], ["2026-11-22 14:32:09 UTC"])
    entries = read(support.get(page_of(conversion))).find("#entries")
    said = [[cell.text for cell in row.within() if cell.name in ("th", "td")] for row in entries.select("tbody tr")]
    assert sorted(said) == [
        ["Treasury", "BNB", "-0.02040000", "–"],
        ["Treasury", "DOGE", "100.000000", "–"],
        ["mira", "BNB", "0.02040000", "0.02040000"],
        ["mira", "DOGE", "-100.000000", "0.000000"],
    ]


def test_a_list_writes_moments_as_the_pages_do(support, world):
    world.settled("DOGE")
    found = read(support.get(LIST)).find("#result_list tbody tr")
    assert [found.find(f".field-{name}").text for name in ("quoted_at", "finished_at")] == [
        "2026-11-22 14:32:07",
        "2026-11-22 14:32:09",
    ]


def test_support_reads_what_the_customer_reads_in_a_currency_of_theirs(support, world):
    quote = conversions.quote(user=world.user, codes=["DOGE"], currency="EUR")
    world.clock.tick(seconds=1)
    conversions.confirm(user=world.user, reference=quote.reference)
    told = tables(support, world.settle(quote, EUR="0.000025"))["BNB and the totals"]
    assert told["Price of EUR (BTC)"] == ["0.00002000", "0.00002500"]
    assert told["Net in EUR"] == ["≈ €10.00", "≈ €8.00"]
    factories.policy(interval_seconds=0)
    assert "Net in EUR" not in tables(support, world.quoted("ETH"))["BNB and the totals"]
    unknown = conversions.quote(user=world.user, codes=["ETH"], currency="USD")
    told = tables(support, unknown)["BNB and the totals"]
    assert (told["Price of USD (BTC)"], told["Net in USD"]) == (["–", "–"], ["–", "–"])


def test_a_stopped_one_says_each_rule_in_the_customers_words_in_english(support, world):
    conversion = world.settled("DOGE", "ETH", DOGE="0.000003", ETH="0.2")
    support.cookies["django_language"] = "de"
    rules = read(support.get(page_of(conversion), headers={"accept-language": "de"})).find("#rules")
    said = [(row.find("th").text, row.find("td").text) for row in rules.select("tbody tr")]
    assert [code for code, _ in said] == ["over_limit", "price_changed", "price_changed"]
    assert said[1][1] == (
        "The price of DOGE in BNB moved 50.00%. To protect you, nothing is converted when an asset’s price in BNB"
        " moves 5% or more."
    )


def test_a_renewed_quote_leads_to_the_old_one_and_back(support, world):
    old = world.quoted("DOGE")
    world.clock.tick(seconds=40)
    world.observe()
    new = conversions.renew(conversion=old)
    assert tables(support, new)["Its life, in UTC"]["Renews"] == [old.reference]
    assert tables(support, old)["Its life, in UTC"]["Renewed by"] == [new.reference]


def attempts(client, conversion):
    rows = read(client.get(page_of(conversion))).select("#attempts tbody tr")
    return [[row.find("th").text, *(cell.text for cell in row.select("td"))] for row in rows]


def test_every_attempt_is_told_with_what_came_of_it(support, world):
    conversion = world.confirmed("DOGE")
    assert attempts(support, conversion) == []
    claim(conversion.reference)
    running = ["2026-11-22 14:32:08 UTC", "–", "A worker is at it."]
    assert attempts(support, conversion) == [running]
    world.clock.tick(seconds=10)
    claim(conversion.reference)
    lapsed = ["2026-11-22 14:32:08 UTC", "2026-11-22 14:32:18 UTC", UNSAID]
    assert attempts(support, conversion) == [lapsed, ["2026-11-22 14:32:18 UTC", *running[1:]]]
    world.clock.tick(seconds=10)
    world.observe()
    conversions.settle(reference=conversion.reference)
    assert attempts(support, conversion)[0] == lapsed
    assert attempts(support, conversion)[2] == ["–", "2026-11-22 14:32:28 UTC", "Completed"]


def test_there_is_nothing_to_edit_and_no_deed_for_what_has_ended(support, world):
    page = read(support.get(page_of(world.settled("DOGE"))))
    assert page.select("#content input[type=text]") == []
    assert page.select("#deeds") == []


def test_support_stops_one_and_the_record_has_the_reason(support, world):
    conversion = world.confirmed("DOGE")
    assert len(read(support.get(page_of(conversion))).select("#deeds button")) == 2
    said = support.post(f"{LIST}{conversion.pk}/stop/", WHY, follow=True)
    assert "is stopped. The customer reads that support stopped it." in read(said).text
    assert world.status(conversion) == "stopped"
    assert StaffAction.objects.get().reason == WHY["reason"]


def test_the_customer_reads_a_fixed_sentence(support, world, client):
    conversion = world.confirmed("DOGE")
    support.post(f"{LIST}{conversion.pk}/stop/", WHY)
    client.force_login(world.user)
    page = read(client.get(f"/conversions/{conversion.reference}/")).text
    assert "Our support team stopped it." in page
    assert WHY["reason"] not in page


def test_support_has_one_settled(support, world):
    conversion = world.confirmed("DOGE")
    waits = support.post(f"{LIST}{conversion.pk}/settle/", WHY, follow=True)
    assert "It waits for a price from after Confirm." in read(waits).text
    world.clock.tick(seconds=1)
    world.observe()
    said = support.post(f"{LIST}{conversion.pk}/settle/", WHY, follow=True)
    assert f"{conversion} is completed." in read(said).text
    again = support.post(f"{LIST}{conversion.pk}/settle/", WHY, follow=True)
    assert "There was nothing to do" in read(again).text


def test_what_is_refused_says_why(support, world):
    conversion = world.confirmed("DOGE")
    said = support.post(f"{LIST}{conversion.pk}/stop/", {"reason": "  "}, follow=True)
    assert "Give a reason" in read(said).text
    claim(conversion.reference)
    said = support.post(f"{LIST}{conversion.pk}/stop/", WHY, follow=True)
    assert "A worker is settling" in read(said).text
    assert world.status(conversion) == "confirmed"


@pytest.mark.parametrize("role", [roles.VIEWER, roles.TREASURY, roles.ADMINISTRATOR])
@pytest.mark.parametrize("deed", ["settle", "stop"])
def test_p20_a_forged_post_of_whoever_may_not_changes_nothing(world, role, deed):
    """P20."""
    conversion = world.confirmed("DOGE")
    client = proposing.browser(factories.staff(role))
    assert client.post(f"{LIST}{conversion.pk}/{deed}/", WHY).status_code == 403
    assert client.get(f"{LIST}{conversion.pk}/{deed}/").status_code == 405
    if role != roles.ADMINISTRATOR:
        assert read(client.get(page_of(conversion))).select("#deeds") == []
    assert (world.status(conversion), StaffAction.objects.count()) == ("confirmed", 0)


@pytest.mark.parametrize("key", [10**6, 2**63, 10**30])
def test_one_that_is_not_there_is_not_found(support, key):
    assert support.post(f"{LIST}{key}/stop/", WHY).status_code == 404
    assert support.get(f"{LIST}{key}/change/").status_code == 302


def test_the_page_takes_the_same_number_of_queries_for_one_asset_and_for_many(support, world, queries):
    world.hold_more(8)
    few = world.settled("DOGE")
    other = factories.user("other", {f"A{number}": "1" for number in range(8)})
    many = world.settled(*[f"A{number}" for number in range(8)], owner=other)
    support.get(page_of(few))
    assert len(queries(support.get, page_of(few))) == len(queries(support.get, page_of(many)))


@pytest.mark.parametrize("term", ["mira", "MIRA@example.com", " mira "])
def test_one_is_found_by_its_customer_and_by_its_reference(support, world, term):
    mine, other = world.settled("DOGE"), world.confirmed_by_others(1)[0]
    assert [one.pk for one in support.get(LIST, {"q": term}).context["cl"].result_list] == [mine.pk]
    found = support.get(LIST, {"q": other.reference.lower()}).context["cl"].result_list
    assert [one.pk for one in found] == [other.pk]
    assert len(support.get(LIST, {"q": "nobody"}).context["cl"].result_list) == 0


def test_those_of_a_status_are_found_and_what_ended_by_the_index_of_its_kind(support, world, queries):
    stopped = world.settled("DOGE", DOGE="0.000003")
    world.observe(DOGE="0.000002")
    running = world.confirmed_by_others(1)[0]
    for one, is_by_index in ((stopped, True), (running, False)):
        asked = {"status__exact": one.status}
        assert [found.pk for found in support.get(LIST, asked).context["cl"].result_list] == [one.pk]
        counted = [sql for sql in queries(support.get, LIST, asked) if "COUNT" in sql and "wallet_conversion" in sql]
        assert [('"finished_at" IS NOT NULL' in sql) for sql in counted] == [is_by_index]


def test_those_that_a_rule_stopped_are_found_by_it(support, world):
    stopped = world.settled("DOGE", DOGE="0.000003")
    world.observe(DOGE="0.000002")
    world.confirmed_by_others(1)
    found = support.get(LIST, {"reason_code": "price_changed"}).context["cl"].result_list
    assert [one.pk for one in found] == [stopped.pk]
