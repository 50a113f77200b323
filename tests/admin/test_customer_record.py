"""P20: a customer's balances, conversions, movements and sign-ins on one screen, in pages; each role sees what it may."""

import pytest

from tests.support import factories, proposing
from tests.support.html import read
from wallet import roles
from wallet.models import SecurityEvent


@pytest.fixture
def support(world):
    return proposing.browser(factories.staff(roles.SUPPORT, "sam"))


def page_of(user, **asked):
    pages = "&".join(f"{name}={page}" for name, page in asked.items())
    return f"/admin/wallet/customer/{user.pk}/change/?{pages}"


def rows(client, user, section, **asked):
    found = read(client.get(page_of(user, **asked))).find(f"#{section}")
    return [[cell.text for cell in row.select("td")] for row in found.select("tbody tr")]


def test_all_of_it_is_on_one_screen(support, world):
    conversion = world.settled("DOGE")
    SecurityEvent.objects.create(user=world.user, kind="signed_in", address="203.0.113.7", device="Firefox")
    assert rows(support, world.user, "balances") == [
        ["BNB", "0.02000000"],
        ["DOGE", "0.000000"],
        ["ETH", "0.01000000"],
        ["EUR", "10.00"],
    ]
    moments = ["2026-11-22 14:32:07 UTC", "2026-11-22 14:32:09 UTC"]
    assert rows(support, world.user, "conversions") == [[conversion.reference, "Completed", *moments, "0.02000000"]]
    movements = rows(support, world.user, "movements")
    assert len(movements) == 5
    assert [moments[1], "Conversion", conversion.reference, "DOGE", "-100.000000", "0.000000"] in movements
    assert rows(support, world.user, "sign-ins")[0][1:] == ["Signed in", "", "203.0.113.7", "Firefox"]


def test_there_is_nothing_to_change(support, world):
    page = read(support.get(page_of(world.user)))
    assert page.select("#content-main input[type=text]") == []
    assert support.post(page_of(world.user), {"time_zone": "UTC"}).status_code == 403


def test_somebody_elses_is_not_among_it(support, world):
    world.confirmed_by_others(1)
    assert rows(support, world.user, "conversions") == []


def test_what_is_more_stands_on_further_pages(support, world):
    for number in range(25):
        SecurityEvent.objects.create(user=world.user, kind="signed_in", device=f"Browser {number}")
    page = read(support.get(page_of(world.user)))
    assert [link.text for link in page.select("#sign-ins .paginator a")] == ["Older sign-ins"]
    assert len(rows(support, world.user, "sign-ins")) == 20
    older = page.find("#sign-ins .paginator a")["href"]
    assert older == "?sign-ins=2#sign-ins"
    assert [row[4] for row in rows(support, world.user, "sign-ins", **{"sign-ins": 2})] == [
        f"Browser {number}" for number in (4, 3, 2, 1, 0)
    ]


@pytest.mark.parametrize("page", ["0", "-1", "x", "１", "9" * 30, ""])
def test_what_is_no_page_is_one_that_there_is(support, world, page):
    assert support.get(page_of(world.user, movements=page)).status_code == 200


def test_it_takes_the_same_number_of_queries_whatever_there_is(support, world, queries):
    support.get(page_of(world.user))
    few = len(queries(support.get, page_of(world.user)))
    world.settled("DOGE")
    world.hold_more(8)
    for number in range(5):
        SecurityEvent.objects.create(user=world.user, kind="signed_in", device=f"Browser {number}")
    assert len(queries(support.get, page_of(world.user))) == few


def test_p20_treasury_sees_no_sign_ins_and_an_administrator_no_money(world):
    """P20."""
    sections = {"balances", "conversions", "movements", "sign-ins"}
    hidden = {roles.TREASURY: {"sign-ins"}, roles.ADMINISTRATOR: {"balances", "conversions", "movements"}}
    for role, missing in hidden.items():
        page = read(proposing.browser(factories.staff(role)).get(page_of(world.user)))
        assert {name for name in sections if page.select(f"#{name}")} == sections - missing
