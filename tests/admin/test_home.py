"""P20: the first page says how things stand, and each of its figures leads to the very rows that it counts."""

from datetime import timedelta

import pytest
from django.db import connection

from tests.support import factories, proposing
from tests.support.html import read
from wallet import roles, tasks
from wallet.audit import Violation
from wallet.models import Conversion, Opening, Pulse
from wallet.models.pulse import AUDIT_FAILED, AUDITED, SWEPT
from wallet.pages.home import HomePage, span
from wallet.watch import standing

HOME = "/admin/"
QUEUES = ("settle queue", "prices queue", "mails queue", "upkeep queue")


def home(client):
    """By name, each figure's value, what else its line says, and where it leads."""
    found = {}
    for line in read(client.get(HOME)).select("#home tr"):
        link = line.find("a")
        found[line.find("th").text] = (link.text, line.select("td")[1].text, link["href"])
    return found


def listed(client, address):
    """How many rows a list has."""
    page = client.get(address)
    assert page.status_code == 200, address
    if "warnings" in page.context:  # the treasury's page
        return len(page.context["warnings"])
    return page.context["cl"].result_count


def beat_all(now):
    for name in (SWEPT, AUDITED, *QUEUES):
        Pulse.objects.beat(name, now)


@pytest.fixture
def busy(world):
    """A site with conversions of every outcome, some of them from days ago, and one that is in progress."""
    others = [factories.user(f"other{number}", {"DOGE": "100"}) for number in range(5)]
    world.settled("DOGE", owner=others[0])
    world.clock.tick(days=2)
    world.observe()
    world.settled("DOGE", owner=others[1])
    world.settled("DOGE", owner=others[2])
    world.settled("DOGE", owner=others[3], DOGE="0.000003")
    world.observe(DOGE="0.000002")
    world.confirmed("ETH")
    world.quoted("DOGE", owner=others[4])
    beat_all(world.clock())
    return world


def test_p20_each_figure_is_the_number_of_rows_that_its_list_has(operator, busy, paula):
    """P20: for whoever may see all."""
    proposing.proposed(paula, busy.clock())
    Opening.objects.create(is_open=False, notice="Upkeep.", reason="A disk.")
    Opening.objects.create(is_open=False, notice="Later.", closes_at=busy.clock() + timedelta(hours=2))
    Pulse.objects.beat(AUDIT_FAILED, busy.clock())
    busy.clock.tick(seconds=90)
    factories.price("DOGE", "0.000002")
    client = operator
    page = client.get(HOME).context["page"]
    figures = [figure for _, group in page.groups for figure in group]
    assert {figure.name: figure.rows for figure in figures} == {
        figure.name: listed(client, figure.address) for figure in figures
    }
    assert {figure.name: figure.rows for figure in figures if figure.value.isdigit()} == {
        "Planned closings": 1,
        "Prices older than that": 6,
        "Completed": 2,
        "Stopped": 1,
        "Failed": 0,
        "In progress": 1,
        "Wait for you": 1,
        "Wait for anybody": 1,
        "Warnings": 1,
    }


def test_an_open_site_whose_tasks_run_has_nothing_to_look_at(operator, busy):
    assert "the house is" in home(operator)["Warnings"][1]
    factories.book("BNB", "100")
    assert [name for name, (_, said, _) in home(operator).items() if "Look at it." in said] == []
    assert home(operator)["Now"][0] == "Open"
    assert home(operator)["Stopped"][:2] == ("1", "33.3% of all that ended")


def test_a_closing_says_who_closed_why_and_until_when(operator, world):
    operator.post("/admin/wallet/opening/add/", {"notice": "We are moving.", "reason": "Another machine."})
    now = f"{Opening.objects.get().created_at:%Y-%m-%d %H:%M:%S} UTC"
    said = f"Look at it. From {now} until somebody opens, by admin: Another machine."
    assert home(operator)["Now"][:2] == ("Closed", said)
    Opening.objects.create(is_open=True)
    assert home(operator)["Now"][:2] == ("Open", "")
    proposing.breaker_closes()
    assert "by the house breaker: Too much was paid." in home(operator)["Now"][1]


def test_what_never_happened_is_told_from_what_is_not_due_yet(operator, world):
    began = standing(world.clock()).began_at
    world.clock.tick(seconds=(began - world.clock()).total_seconds() + 60)
    world.observe()
    told = home(operator)
    assert (told["Sweep"][0], told["Passed"][0], told["Queue upkeep"][0]) == ("never", "not due yet", "not due yet")
    assert "Look at it." in told["Sweep"][1]
    assert "Look at it." not in told["Passed"][1]


def test_an_audit_that_found_something_is_told_until_one_passes(operator, world, monkeypatch):
    found = [Violation("P1", "entry 1", "is wrong")]
    monkeypatch.setattr(tasks, "audit", lambda: iter(found))
    tasks.audit_ledger()
    assert "found something" in read(operator.get(HOME)).text
    found.clear()
    world.clock.tick(seconds=1)
    tasks.audit_ledger()
    assert home(operator)["Passed"][0] == "0 s ago"
    assert "found something" not in read(operator.get(HOME)).text


def test_old_prices_and_what_is_stuck_are_marked(operator, world):
    world.confirmed_by_others(1)
    world.clock.tick(seconds=181)
    told = home(operator)
    assert told["BNB’s price"][:2] == ("3 min 2 s ago", "Look at it. of demo; at most 1 min")
    assert told["In progress"][:2] == ("1", "Look at it. the oldest was confirmed 3 min 1 s ago")


@pytest.mark.parametrize(("who", "waits"), [("ada", "1"), ("paula", "0")])
def test_what_waits_for_me_is_what_others_proposed_and_i_may_decide(world, paula, ada, who, waits):
    proposing.proposed(paula, world.clock())
    client = proposing.browser({"ada": ada, "paula": paula}[who])
    assert home(client)["Wait for you"][0] == waits
    assert listed(client, home(client)["Wait for you"][2]) == int(waits)
    assert home(client)["Wait for anybody"][0] == "1"


def test_what_lapsed_waits_for_nobody(world, paula, ada):
    proposing.proposed(paula, world.clock(), after=timedelta(hours=48))
    world.clock.tick(hours=25)
    assert home(proposing.browser(ada))["Wait for anybody"][0] == "0"


@pytest.mark.parametrize("role", roles.ROLES)
def test_p20_nobody_is_told_of_rows_that_they_may_not_see(busy, role):
    """P20: and each figure that is there leads to its list."""
    client = proposing.browser(factories.staff(role))
    told = home(client)
    for _, _, address in told.values():
        assert client.get(address).status_code == 200
    assert ("Completed" in told) is (role != roles.ADMINISTRATOR)
    assert ("Sweep" in told) is (role in (roles.VIEWER, roles.TREASURY, roles.RISK))


def test_it_takes_the_same_number_of_queries_whatever_there_is(operator, world, queries, paula):
    operator.get(HOME)  # the session notes that it is used
    few = len(queries(operator.get, HOME))
    for conversion in world.confirmed_by_others(3):
        world.settle(conversion)
        proposing.proposed(paula, world.clock(), after=timedelta(hours=1))
    for _ in range(3):
        Opening.objects.create(is_open=False, notice="Upkeep.", created_by=paula)
    beat_all(world.clock())
    assert len(queries(operator.get, HOME)) == few


def test_the_days_outcomes_are_counted_by_an_index(world):
    """At a million conversions, of which a day has few."""
    now = world.clock()
    ended = Conversion.objects.finished().filter(finished_at__gte=now - timedelta(days=1), finished_at__lt=now)
    rows = ended.order_by().values("status")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
    assert "conversion_ended" in rows.explain()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min"), (3661, "1 h 1 min"), (90_000, "1 d 1 h"), (-5, "0 s")],
)
def test_a_length_of_time_has_its_two_greatest_units(seconds, words):
    assert span(timedelta(seconds=seconds)) == words


def test_a_page_reads_its_figures_once(world, queries):
    page = HomePage(standing(world.clock()), factories.operator())
    first = len(queries(lambda: page.groups))
    assert len(queries(lambda: page.groups)) == 0 < first
