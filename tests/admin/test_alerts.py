"""P20: the list of alerts says what to do, and leads to the rows that tell more, for a person and for a machine."""

import pytest

from tests.support import factories, proposing
from tests.support.html import read
from wallet import roles

PAGE, DOCUMENT, HOME = "/admin/alerts/", "/admin/alerts.json", "/admin/"


@pytest.fixture
def stuck(world):
    """Nothing runs, and a conversion waits."""
    world.confirmed_by_others(1)
    world.clock.tick(seconds=181)
    return world


def test_each_alert_says_what_it_means_and_what_to_do_and_leads_to_its_rows(operator, stuck):
    listed = read(operator.get(PAGE)).select("#alerts tbody tr")
    found = {row.find("a").text: (row.find("a")["href"], [cell.text for cell in row.select("td")]) for row in listed}
    address, said = found["conversion_stuck"]
    assert said == [
        "A conversion is unfinished three minutes after Confirm.",
        "Open it: its page says what it waits for. Settle it now, or stop it.",
    ]
    assert operator.get(address).context["cl"].result_count == 1
    assert "price_old" in found
    for address, _ in found.values():
        assert operator.get(address).status_code == 200


def test_a_machine_gets_the_same(operator, stuck):
    document = operator.get(DOCUMENT).json()
    listed = [row.find("a").text for row in read(operator.get(PAGE)).select("#alerts tbody tr")]
    assert [alert["name"] for alert in document["firing"]] == listed
    assert document["at"] == stuck.clock().isoformat()


def test_the_home_panel_says_how_many_there_are(operator, stuck):
    count = len(operator.get(DOCUMENT).json()["firing"])
    assert read(operator.get(HOME)).select("#home p a")[0].text == f"{count} alerts: see what to do"


@pytest.mark.parametrize("role", roles.ROLES)
def test_p20_nobody_is_told_of_rows_that_they_may_not_see(stuck, role):
    """P20."""
    client = proposing.browser(factories.staff(role))
    for alert in client.get(DOCUMENT).json()["firing"]:
        assert client.get(alert["address"]).status_code == 200
    told = [alert["name"] for alert in client.get(DOCUMENT).json()["firing"]]
    assert ("conversion_stuck" in told) is (role != roles.ADMINISTRATOR)


def test_a_customer_gets_nothing(signed_in):
    assert signed_in.get(DOCUMENT).status_code == 302


@pytest.mark.parametrize("address", [PAGE, DOCUMENT])
def test_only_reading_is_allowed(operator, address):
    assert operator.post(address).status_code == 405
