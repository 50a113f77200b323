"""What operators see of rounds, and of the numbers that are no prices."""

from datetime import timedelta

import pytest

from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, KeptOutNumber, Venue

KEPT_OUT = "/admin/wallet/keptoutnumber/"
ROUNDS = "/admin/wallet/marketround/"


def cells(page, column):
    return [cell.text for cell in read(page).select(f"#result_list .field-{column}")]


def day(operator, code):
    return read(operator.get(f"/admin/wallet/asset/{Asset.objects.get(code=code).pk}/change/"))


@pytest.fixture
def numbers(world):
    """ETH was kept out for a minute, then DOGE and one of its markets are."""
    over = factories.keep_out("ETH", "jump", rate_btc="0.035")
    world.clock.tick(seconds=60)
    over.ended_at = world.clock()
    over.save()
    world.clock.tick(seconds=5)
    factories.keep_out("DOGE", "alone", symbol="DOGEEUR")
    factories.keep_out("DOGE", "wide", rate_btc="0.0000021")
    world.clock.tick(seconds=30)


def test_what_is_kept_out_now_comes_first_with_rule_number_and_times(operator, numbers):
    page = operator.get(KEPT_OUT)
    assert cells(page, "named_rule") == ["M4 spread", "M6 one way only", "M7 jump"]
    assert cells(page, "asset") == ["DOGE", "DOGE", "ETH"]
    assert cells(page, "market") == ["its price as a whole", "DOGEEUR", "its price as a whole"]
    assert cells(page, "why")[0] == "bid and ask are 7.21% apart, 5.00% at the most"
    assert cells(page, "number") == ["0.0000021", "-", "0.035"]
    assert cells(page, "began") == ["2026-11-22 14:33:14", "2026-11-22 14:33:14", "2026-11-22 14:32:09"]
    assert cells(page, "until") == ["now", "now", "2026-11-22 14:33:09"]


def test_a_row_of_its_own_says_how_long_it_lasted_and_at_which_source(operator, numbers, text):
    for one, length in zip(KeptOutNumber.objects.order_by("pk"), ("1 minute", "30 seconds", "30 seconds"), strict=True):
        words = text(operator.get(f"{KEPT_OUT}{one.pk}/change/"))
        assert f"Lasted: {length}" in words
        assert "Source: demo" in words


@pytest.mark.parametrize(
    ("query", "rules"),
    [
        ("state=now", ["M4 spread", "M6 one way only"]),
        ("state=over", ["M7 jump"]),
        ("rule=M7", ["M7 jump"]),
        ("number=asset", ["M4 spread", "M7 jump"]),
        ("number=market", ["M6 one way only"]),
        ("code__exact=ETH", ["M7 jump"]),
        ("q=eur", ["M6 one way only"]),
        ("source=kraken", []),
    ],
)
def test_the_list_is_filtered(operator, numbers, query, rules):
    assert cells(operator.get(f"{KEPT_OUT}?{query}"), "named_rule") == rules


def test_each_rule_is_a_filter_by_its_name(operator, numbers, text):
    words = text(operator.get(KEPT_OUT))
    for name in (
        "M2 bid and ask",
        "M3 raw number",
        "M5 agreement of ways",
        "M9 agreement with the fallback",
    ):
        assert name in words


def test_the_rules_of_whole_rounds_are_no_filters(operator, numbers, text):
    words = text(operator.get(KEPT_OUT))
    assert "M1 " not in words
    assert "M8 " not in words


def test_rounds_are_filtered_by_what_came_of_them(operator, world):
    factories.market_round(priced=5, fallback="kraken priced 5 assets")
    factories.market_round(error="demo gave no usable price.")
    assert cells(operator.get(ROUNDS), "priced") == ["0", "5"]
    assert cells(operator.get(f"{ROUNDS}?outcome=good"), "fallback_in_short") == ["kraken priced 5 assets"]
    assert cells(operator.get(f"{ROUNDS}?outcome=failed"), "error") == ["demo gave no usable price."]


def test_a_rounds_row_has_its_seconds_and_the_fallback_in_short_after_the_error(operator, world):
    words = "kraken gave no prices: NetworkError: kraken GET http://127.0.0.1:9/0/public/Ticker and what else it said"
    one = factories.market_round(fallback=words, fallback_answers=False)
    (row,) = read(operator.get(ROUNDS)).select("#result_list tbody tr")
    assert row.find(".field-asked").text == "2026-11-22 14:32:09"
    assert [cell["class"] for cell in row.select("td")][-2:] == ["field-error", "field-fallback_in_short"]
    short = row.find(".field-fallback_in_short span")
    assert (short.text, short["title"]) == (f"{words[:60]}…", words)
    page = read(operator.get(f"{ROUNDS}{one.pk}/change/"))
    assert words in page.find(".field-fallback").text
    assert "Is mark" not in page.find("#content").text


def test_a_venue_says_to_the_second_when_it_is_asked_again(operator, world):
    Venue.objects.hold_off("kraken", world.clock(), timedelta(seconds=61))
    assert cells(operator.get("/admin/wallet/venue/"), "not_before") == ["2026-11-22 14:33:10"]


@pytest.mark.parametrize("path", [KEPT_OUT, ROUNDS])
def test_lists_take_the_same_number_of_queries_for_one_row_and_for_many(operator, world, queries, path):
    factories.market_round()
    factories.keep_out("DOGE")
    few = queries(operator.get, path)
    for code in factories.ASSETS:
        factories.market_round()
        factories.keep_out(code, "jump")
    assert len(queries(operator.get, path)) == len(few)


def test_an_assets_page_shows_its_last_day_and_what_was_refused(operator, world, numbers):
    for hour, (rate, rule) in enumerate([("0.000002", ""), ("0.0000021", "M7"), ("0.0000022", "")]):
        at = world.clock() - timedelta(hours=3 - hour)
        factories.market_round(asked_at=at, is_mark=True, numbers={"DOGE": [rate, 3, rule], "ETH": ["0.05", 2, ""]})
    found = day(operator, "DOGE").find("#day")
    chart = found.find("svg")
    assert (chart["role"], chart["aria-labelledby"]) == ("img", "chart-title chart-words")
    assert chart.find("#chart-title").children == ["DOGE in BTC, the last day"]
    assert "3 numbers, prices between 0.00000200 and 0.00000220" in chart.find("#chart-words").text
    assert "It was kept out once, shaded." in chart.find("#chart-words").text
    assert [words.text for words in chart.select("text")] == [
        "Highest price: 0.00000220",
        "Lowest price: 0.00000200",
        "2026-11-22 11:33 UTC",
        "2026-11-22 14:33 UTC",
    ]
    assert len(chart.select("rect")) == 1  # of its price as a whole
    assert [row.text for row in found.select("#numbers tbody tr")] == [
        "2026-11-22 13:33 UTC 0.00000220 3 –",
        "2026-11-22 12:33 UTC 0.00000210 3 M7 jump",
        "2026-11-22 11:33 UTC 0.00000200 3 –",
    ]
    (spell,) = found.select("#spells tbody tr")
    assert spell.text.startswith("M4 spread 2026-11-22 14:33 UTC now bid and ask are 7.21% apart")
    assert found.select("a")[0]["href"] == f"{KEPT_OUT}?code__exact=DOGE"


def test_the_chart_keeps_to_the_strict_policy(operator, world, numbers):
    """No inline styles, and no scripts of its own."""
    found = day(operator, "DOGE").find("#day")
    assert found.select("[style]") == found.select("style") == found.select("script") == []


def test_an_asset_without_numbers_says_so_and_a_new_one_has_no_day(operator, world):
    assert "No round of the last day had a number of it." in day(operator, "EUR").find("#day").text
    assert read(operator.get("/admin/wallet/asset/add/")).select("#day") == []


def test_a_refused_form_keeps_the_chart(operator, world):
    pk = Asset.objects.get(code="ETH").pk
    assert read(operator.post(f"/admin/wallet/asset/{pk}/change/", {"code": ""})).find("#day")


def test_an_assets_page_takes_the_same_number_of_queries_however_long_its_day(operator, world, queries):
    few = queries(day, operator, "DOGE")
    for minutes in range(0, 60, 5):
        at = world.clock() - timedelta(minutes=minutes)
        factories.market_round(asked_at=at, is_mark=True, numbers={"DOGE": ["0.000002", 3, ""]})
    factories.keep_out("DOGE")
    assert len(queries(day, operator, "DOGE")) == len(few)


def test_a_price_leads_to_its_assets_day_and_to_what_was_kept_out(operator, world):
    asset = Asset.objects.get(code="DOGE")
    (row,) = [row for row in read(operator.get("/admin/wallet/price/")).select("#result_list tr") if "DOGE" in row.text]
    assert [link["href"] for link in row.select(".field-last_day a")] == [
        f"/admin/wallet/asset/{asset.pk}/change/#day",
        f"{KEPT_OUT}?code__exact=DOGE",
    ]
