import pytest

from tests import factories
from wallet.models import Conversion

URL = "/conversions/"


def test_r5_it_shows_every_attempt_that_was_confirmed_with_its_outcome(signed_in, world, text):
    stopped = world.settled("DOGE", DOGE="0.000003")
    world.observe(DOGE="0.000002")
    done = world.settled("DOGE", "ETH", "EUR")
    words = text(signed_in.get(URL))
    assert f"22 Nov 2026, 14:32 Completed 3 assets: ETH, DOGE, EUR None 0.09000000 BNB {done.reference}" in words
    assert f"Stopped 1 asset: DOGE None 0 BNB {stopped.reference}" in words
    assert words.index(done.reference) < words.index(stopped.reference)


def test_a_quote_that_nobody_confirmed_is_not_shown(signed_in, world, text):
    quote = world.quoted("DOGE")
    words = text(signed_in.get(URL))
    assert quote.reference not in words
    assert "You haven’t converted any small balances yet." in words


def test_a_running_conversion_is_shown(signed_in, world, text):
    conversion = world.confirmed("DOGE")
    assert f"In progress 1 asset: DOGE None 0 BNB {conversion.reference}" in text(signed_in.get(URL))


@pytest.fixture
def many(world):
    factories.policy(interval_seconds=0)
    for _ in range(45):
        world.settled("DOGE", DOGE="0.000003")
        world.observe(DOGE="0.000002")
    return list(Conversion.objects.order_by("-pk").values_list("reference", flat=True))


def shown(response):
    return [conversion.reference for conversion in response.context["conversions"]]


def test_older_and_newest_lead_through_all_of_them(signed_in, many, text):
    first = signed_in.get(URL)
    assert shown(first) == many[:20]
    second = signed_in.get(f"{URL}?before={many[19]}")
    assert shown(second) == many[20:40]
    third = signed_in.get(f"{URL}?before={many[39]}")
    assert shown(third) == many[40:]
    assert f"?before={many[19]}" in first.content.decode()
    assert "Older" not in text(third)
    assert "Newest" in text(third)


def test_the_number_of_queries_does_not_grow_with_the_rows(signed_in, world, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    factories.policy(interval_seconds=0)
    world.settled("DOGE", DOGE="0.000003")
    with CaptureQueriesContext(connection) as few:
        signed_in.get(URL)
    for _ in range(9):
        world.observe(DOGE="0.000002")
        world.settled("DOGE", "ETH", DOGE="0.000003")
    with django_assert_num_queries(len(few)):
        signed_in.get(URL)


@pytest.mark.parametrize("before", ["%00", "1", "CV-0000-0000", "x" * 3000, "CV-0000-0000%0A", "' OR 1=1"])
def test_a_strange_page_is_no_fault(signed_in, world, before):
    world.settled("DOGE")
    assert signed_in.get(f"{URL}?before={before}").status_code == 200


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
