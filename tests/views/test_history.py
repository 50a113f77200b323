from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.support import factories
from tests.support.html import read
from wallet import conversions
from wallet.models import Conversion, Customer

URL = "/conversions/"
HTMX = {"HX-Request": "true", "HX-Target": "records"}


def test_r5_it_shows_every_attempt_that_was_confirmed_with_its_outcome(signed_in, world, text):
    stopped = world.settled("DOGE", DOGE="0.000003")
    world.observe(DOGE="0.000002")
    done = world.settled("DOGE", "ETH", "EUR")
    words = text(signed_in.get(URL))
    assert f"22 Nov 2026, 14:32 Completed 3 assets: ETH, DOGE, EUR Fee None 0.09000000 BNB {done.reference}" in words
    assert f"Stopped 1 asset: DOGE Fee None 0.00000000 BNB {stopped.reference}" in words
    assert words.index(done.reference) < words.index(stopped.reference)


def test_a_quote_that_nobody_confirmed_is_not_shown(signed_in, world, text):
    quote = world.quoted("DOGE")
    words = text(signed_in.get(URL))
    assert quote.reference not in words
    assert "You haven’t converted any small balances yet." in words


def test_a_running_conversion_is_shown(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    assert f"In progress 1 asset: DOGE Fee Not known yet Not known yet {conversion.reference}" in text(
        signed_in.get(URL)
    )


@pytest.fixture
def many(world):
    factories.policy(interval_seconds=0)
    for _ in range(45):
        world.settled("DOGE", DOGE="0.000003")
        world.observe(DOGE="0.000002")
    return list(Conversion.objects.order_by("-pk").values_list("reference", flat=True))


def leads_to(response):
    """The addresses of every link on the page."""
    return {link["href"] for link in read(response).select("a[href]")}


def shown(response):
    return [row.reference for row in response.context["page"].window.rows]


def test_older_and_newer_lead_through_all_of_them(signed_in, many, text):
    first = signed_in.get(URL)
    assert shown(first) == many[:20]
    assert "Newer" not in text(first)
    assert f"{URL}?before={many[19]}" in leads_to(first)
    second = signed_in.get(f"{URL}?before={many[19]}")
    assert shown(second) == many[20:40]
    third = signed_in.get(f"{URL}?before={many[39]}")
    assert shown(third) == many[40:]
    assert "Older" not in text(third)
    assert f"{URL}?after={many[40]}" in leads_to(third)
    back = signed_in.get(f"{URL}?after={many[40]}")
    assert shown(back) == many[20:40]
    assert {f"{URL}?after={many[20]}", f"{URL}?before={many[39]}"} <= leads_to(back)
    newest = signed_in.get(f"{URL}?after={many[20]}")
    assert shown(newest) == many[:20]
    assert "Newer" not in text(newest)
    assert "There are no more conversions here." in text(signed_in.get(f"{URL}?before={many[-1]}"))


def test_the_pages_keep_the_filters(signed_in, many, text):
    words = text(signed_in.get(f"{URL}?asset=DOGE&status=completed"))
    assert "45 conversions, 0.4" not in words
    assert "Older" not in words
    page = signed_in.get(f"{URL}?asset=DOGE&status=stopped")
    assert f"{URL}?status=stopped&asset=DOGE&before={many[19]}" in leads_to(page)


def test_the_number_of_queries_does_not_grow_with_the_rows(signed_in, world, queries):
    factories.policy(interval_seconds=0)
    world.settled("DOGE", DOGE="0.000003")
    one = queries(signed_in.get, URL)
    for _ in range(9):
        world.observe(DOGE="0.000002")
        world.settled("DOGE", "ETH", DOGE="0.000003")
    assert len(queries(signed_in.get, URL)) == len(one)


@pytest.mark.parametrize("before", ["1", "CV-0000-0000", "x" * 3000, "CV-0000-0000%0A", "' OR 1=1"])
@pytest.mark.parametrize("name", ["before", "after"])
def test_a_strange_place_is_said_to_be_lost_and_shows_the_newest(signed_in, world, text, name, before):
    done = world.settled("DOGE")
    page = signed_in.get(f"{URL}?{name}={before}")
    assert page.status_code == 200
    assert "We couldn’t find that place in your history." in text(page)
    assert shown(page) == [done.reference]


@pytest.fixture
def three(world):
    """A stopped conversion of DOGE on 22 November, and completed ones of ETH on the 23rd and of EUR on the 24th."""
    factories.policy(interval_seconds=0)
    made = [world.settled("DOGE", DOGE="0.000003")]
    for code in ("ETH", "EUR"):
        world.clock.tick(days=1)
        world.observe(DOGE="0.000002")
        made.append(world.settled(code))
    return [conversion.reference for conversion in made]


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_from_the_third_month_on_it_says_what_each_month_brought(signed_in, world, text, zone):
    """Months are those of the customer's time zone; the filters count, and a conversion that ends joins in."""
    Customer.objects.set_display(world.user, time_zone=zone)
    for code, finished_at in {"DOGE": "2026-09-30T21:00", "ETH": "2026-10-31T23:30"}.items():
        world.clock.at = datetime.fromisoformat(f"{finished_at}+00:00")
        world.observe()
        world.settled(code)
    assert "BNB received per month" not in text(signed_in.get(URL))
    world.clock.tick(days=40)
    world.observe()
    running = world.confirmed("EUR")
    world.clock.tick(seconds=1)
    world.observe()
    assert read(signed_in.get(URL)).find("#months").elements == []
    conversions.settle(reference=running.reference)
    months = read(signed_in.get(URL)).find("#months")
    ends = {
        "UTC": "December 2026 0.02000000 November 2026 0.00000000 October 2026 0.05000000 September 2026 0.02000000",
        "Europe/Berlin": "December 2026 0.02000000 November 2026 0.05000000 October 2026 0.00000000 September 2026 0.02000000",
    }
    assert f"BNB received per month Month Received (BNB) {ends[zone]}" in months.text
    assert "40%" in [bar["width"] for bar in months.select("rect[width]")]
    assert "BNB received per month" not in text(signed_in.get(f"{URL}?asset=ETH"))


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("", [2, 1, 0]),
        ("status=&from=&to=&asset=", [2, 1, 0]),
        ("status=completed", [2, 1]),
        ("status=stopped", [0]),
        ("status=failed", []),
        ("asset=ETH", [1]),
        ("asset=ETH&status=stopped", []),
        ("from=2026-11-23", [2, 1]),
        ("to=2026-11-23", [1, 0]),
        ("from=2026-11-23&to=2026-11-23", [1]),
        ("from=2026-11-25", []),
    ],
)
def test_each_filter_leaves_what_it_names(signed_in, three, query, places):
    page = signed_in.get(f"{URL}?{query}")
    assert shown(page) == [three[place] for place in places]
    assert page.context["page"].window.count == len(places)


def test_the_line_above_says_how_many_and_what_they_brought(signed_in, three, text):
    assert "3 conversions, 0.07000000 BNB received" in text(signed_in.get(URL))
    assert "1 conversion, 0.05000000 BNB received" in text(signed_in.get(f"{URL}?asset=ETH"))


def test_the_filters_that_are_set_are_chips_that_take_them_away(signed_in, three, text):
    page = signed_in.get(f"{URL}?status=completed&from=2026-11-23&to=2026-11-24&asset=ETH")
    words, chips = text(page), {chip.text: chip for chip in read(page).select(".applied a.tag")}
    for chip, rest in {
        "Status: Completed": "from=2026-11-23&to=2026-11-24&asset=ETH",
        "From 23 November 2026": "status=completed&to=2026-11-24&asset=ETH",
        "To 24 November 2026": "status=completed&from=2026-11-23&asset=ETH",
        "Asset: ETH": "status=completed&from=2026-11-23&to=2026-11-24",
    }.items():
        assert (chips[f"{chip} ×"]["href"], chips[f"{chip} ×"]["aria-label"]) == (f"{URL}?{rest}", f"Remove {chip}")
    assert "Clear filters" in words
    assert "Filters (4) applied" in words
    assert "Clear filters" not in text(signed_in.get(URL))


def test_the_presets_are_days_up_to_today_and_keep_the_other_filters(signed_in, three):
    page = read(signed_in.get(f"{URL}?status=completed&from=2026-11-18&asset=ETH"))
    presets = [page.find(f"#preset-{number}") for number in range(1, 5)]
    assert [(link["href"], link.get("aria-current"), link.text) for link in presets] == [
        (f"{URL}?status=completed&from=2026-11-18&asset=ETH", "true", "Last 7 days"),
        (f"{URL}?status=completed&from=2026-10-26&asset=ETH", None, "Last 30 days"),
        (f"{URL}?status=completed&from=2026-08-27&asset=ETH", None, "Last 90 days"),
        (f"{URL}?status=completed&from=2026-01-01&asset=ETH", None, "This year"),
    ]


def test_none_that_match_is_not_the_same_as_none_ever(signed_in, world, text):
    assert "You haven’t converted any small balances yet." in text(signed_in.get(URL))
    world.settled("DOGE")
    words = text(signed_in.get(f"{URL}?status=failed"))
    assert "0 conversions, 0.00000000 BNB received No conversions match these filters. Clear filters" in words
    assert "yet" not in words


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_an_end_before_its_start_is_refused_in_words_and_nothing_typed_is_lost(signed_in, three, headers):
    page = signed_in.get(f"{URL}?status=stopped&asset=ETH&from=2026-11-24&to=2026-11-23", headers=headers)
    assert page.status_code == 422
    shown = read(page)
    assert "There is a problem The end date must not be before the start date." in shown.text
    assert shown.select("a[href=#id_to]")
    assert shown.find("title").text.startswith("Error: Conversion history")
    chosen = [option["value"] for option in shown.select("option[selected]")]
    assert [value for value in chosen if value] == ["stopped", "ETH"]
    assert shown.find("#id_from")["value"] == "2026-11-24"
    assert shown.find("#id_to")["value"] == "2026-11-23"
    assert shown.select("[aria-invalid=true]")
    assert "Clear filters" in shown.text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("status=quoted", "Choose a status from the list."),
        ("asset=NOPE", "Choose an asset from the list."),
        (f"asset={'x' * 3000}", "Choose an asset from the list."),
        ("from=yesterday", "Write the “From” date like 2026-11-22"),
        ("from=22.11.2026", "Write the “From” date like 2026-11-22"),
        ("to=2026-02-30", "Write the “To” date like 2026-11-22"),
        ("to=9999-12-31", "with a year from 2000 to 2999"),
        ("from=0001-01-01", "with a year from 2000 to 2999"),
    ],
)
def test_what_no_filter_means_is_refused_in_words(signed_in, world, text, query, words):
    page = signed_in.get(f"{URL}?{query}")
    assert page.status_code == 422
    assert words in text(page)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Europe/Helsinki", "America/Los_Angeles", "America/Havana"])
def test_a_day_is_a_whole_day_of_the_customers_zone(signed_in, world, text, zone):
    """Also on the days on which its clocks change; the zone is said once."""
    factories.policy(interval_seconds=0)
    local = ZoneInfo(zone)
    Customer.objects.set_display(world.user, time_zone=zone)
    for day in (datetime(2026, 11, 1), datetime(2027, 3, 14), datetime(2027, 3, 28)):
        start, end = (moment.replace(tzinfo=local).astimezone(UTC) for moment in (day, day + timedelta(days=1)))
        made = []
        for moment in (start - timedelta(minutes=1), start, end - timedelta(minutes=1), end):
            world.clock.at = moment - timedelta(seconds=2)
            world.observe()
            factories.deposit(world.user, "DOGE", "10", reference=f"{zone}-{moment}")
            made.append(world.settled("DOGE"))
            assert made[-1].finished_at == moment
        page = signed_in.get(f"{URL}?from={day:%Y-%m-%d}&to={day:%Y-%m-%d}")
        assert shown(page) == [made[2].reference, made[1].reference]
        assert text(page).count(zone) == 1
        assert f"{day.day} {day:%b %Y}, 00:00" in text(page) or zone == "America/Havana"


def test_htmx_gets_the_part_with_its_title_its_count_and_a_clean_address(signed_in, three):
    page = signed_in.get(f"{URL}?status=completed&from=&to=&asset=", headers={**HTMX, "HX-Trigger": "filters"})
    title, records, *_ = part = read(page).elements
    assert (title.name, title.text, records["id"]) == ("title", "Conversion history – Dustsite", "records")
    assert records["data-say"] == "2 conversions, 0.07000000 BNB received"
    assert "html" not in [one.name for one in part]
    assert read(page).select("details[open]")
    assert page.headers["HX-Push-Url"] == f"{URL}?status=completed"
    assert "HX-Request" in page.headers["Vary"]


def test_opened_cold_every_address_is_a_whole_page_that_works_without_javascript(signed_in, three):
    page = read(signed_in.get(f"{URL}?status=completed"))
    filters = page.find("form#filters")
    assert page.is_page
    assert (filters["method"], filters["action"]) == ("get", "/conversions/")
    assert "Apply" in [button.text for button in filters.select("button")]
    restored = signed_in.get(f"{URL}?status=completed", headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert read(restored).is_page


def test_p13_nobody_sees_somebody_elses(client, world, text):
    """P13: not even by naming it as the place to go on from."""
    conversion = world.settled("DOGE")
    client.force_login(factories.user("other"))
    assert conversion.reference not in text(client.get(URL))
    assert conversion.reference not in text(client.get(f"{URL}?before={conversion.reference}"))


def test_signed_out_it_leads_to_sign_in(client, db):
    assert client.get(URL).headers["Location"] == "/accounts/login/?next=/conversions/"


def test_only_reading_is_allowed(signed_in):
    assert signed_in.post(URL).status_code == 405
