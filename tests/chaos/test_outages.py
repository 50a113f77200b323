"""P4, P6, P15: the database and the broker stop, freeze and disappear under load, and come back."""

import http.client
import random
import threading
import time
import urllib.parse
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from tests.support import factories
from tests.support.broker_faults import frozen, killed
from tests.support.chaos import (
    confirm,
    customers,
    judge,
    processes_as_started,
    send,
    size,
    unfinished,
    wait_until_finished,
)
from tests.support.html import read
from tests.support.proxy import Proxy
from tests.support.site import wait_for
from wallet import conversions
from wallet.audit import audit
from wallet.database.clock import now
from wallet.market import rounds
from wallet.models import Conversion

TOKEN = "c" * 32


def start(site):
    site.start_worker("worker0", pool="prefork")
    site.start_worker("worker1")
    site.start_worker("prices", "prices")
    site.start_beat()


def click_confirm(site, owner, reference):
    """A browser's Confirm; the answer's status and how many seconds it took."""
    client = Client()
    client.force_login(owner)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()} | {"csrftoken": TOKEN}
    headers = {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "Content-Type": "application/x-www-form-urlencoded",
        "Host": f"127.0.0.1:{site.port}",
    }
    browser = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    began = time.monotonic()
    body = urllib.parse.urlencode({"csrfmiddlewaretoken": TOKEN})
    browser.request("POST", f"/conversions/{reference}/confirm/", body, headers)
    status = browser.getresponse().status
    return status, time.monotonic() - began


def confirm_all(site, owners):
    """Everybody converts; the slowest Confirm in seconds."""
    slowest = 0.0
    for owner in owners:
        quote = conversions.quote(user=owner, codes=["DOGE", "ADA"])
        status, seconds = click_confirm(site, owner, quote.reference)
        assert status == 303
        slowest = max(slowest, seconds)
    return slowest


def assert_in_time(calm, slowest):
    """P15: an outage adds less than 2 s to the slowest Confirm of a whole site, in seconds, on whatever machine this is."""
    assert slowest - calm < 2, f"{slowest:.1f} s in the outage, {calm:.1f} s without"


def confirm_through(site, outage, *, times, each):
    """Everybody confirms before each outage and during it. P15 and P6 hold, and nobody ends for good; the figures."""
    owners = customers("customer", times * each * 2, DOGE="100", ADA="10")
    before = processes_as_started(site)
    calm = slowest = longest = 0.0
    for _ in range(times):
        rounds.refresh()
        calm = max(calm, confirm_all(site, [owners.pop() for _ in range(each)]))
        with outage():
            rounds.refresh()
            slowest = max(slowest, confirm_all(site, [owners.pop() for _ in range(each)]))
        longest = max(longest, wait_until_finished())
        assert list(audit()) == []
    assert_in_time(calm, slowest)
    assert processes_as_started(site) == before
    return (
        f"{times} times, {each} Confirms before and {each} during each: the slowest answered in {slowest * 1000:.0f} ms"
        f" ({calm * 1000:.0f} ms without),"
        f" the last finished {longest:.1f} s after the return; {judge(times * each * 2)}"
    )


@pytest.mark.parametrize("outage", [killed, frozen])
def test_p6_p15_the_broker_stops_and_freezes_under_load(site, broker, figure, outage):
    """P15: Confirm answers within 2 s meanwhile. P6: all is finished within 60 s of its return. Nobody ends for good."""
    start(site)
    site.start_web()
    figure(confirm_through(site, lambda: outage(broker), times=size(2, 10), each=size(4, 10)))


def test_p6_what_waited_longer_than_the_longest_wait_is_stopped_and_the_customer_told(site, broker, figure):
    """P6: after that nothing is converted any more; the page says so, and the wait of 6 hours isn't used up."""
    factories.policy(longest_wait_seconds=2)
    start(site)
    site.start_web()
    owners = customers("customer", 3, DOGE="100", ADA="10")
    calm = confirm_all(site, customers("calm", 1, DOGE="100", ADA="10"))
    wait_until_finished()
    broker.freeze()
    slowest = confirm_all(site, owners)
    wait_for(lambda: Conversion.objects.confirmed().filter(confirmed_at__lt=now() - timedelta(seconds=2)).count() == 3)
    broker.thaw()
    took = wait_until_finished()
    assert_in_time(calm, slowest)
    for owner in owners:
        client = Client()
        client.force_login(owner)
        reference = Conversion.objects.of(owner).get().reference
        page = read(client.get(f"/conversions/{reference}/"))
        assert "Nothing was converted" in page.text
        assert "It could not be converted within 2 seconds." in page.text
        assert factories.balances(owner) == {"DOGE": 100_000_000, "ADA": 1_000_000_000}
        assert conversions.quote(user=owner, codes=["DOGE"]).is_quoted
    figure(f"stopped and told {took:.1f} s after the broker's return; {judge(4)}")


def test_p6_p15_a_network_that_swallows_packets(site, broker, figure):
    """P15 and P6, when what is sent to the broker disappears and no connection is ever refused or closed."""
    proxy = Proxy(broker.port)
    site.environment["CELERY_BROKER_URL"] = settings.CELERY_BROKER_URL.replace(str(broker.port), str(proxy.port))
    start(site)
    site.start_web()

    @contextmanager
    def swallowing():
        wait_until_finished()
        proxy.swallows = True
        yield
        wait_for(lambda: proxy.lost, what="something to be swallowed")
        time.sleep(10)  # long enough for every process to have met it
        proxy.swallows = False

    figure(confirm_through(site, swallowing, times=size(1, 3), each=size(4, 10)))
    proxy.close()


def test_p4_p6_p7_the_database_stops_at_once_under_load(site, postgres, figure):
    """P4, P6, P7: `immediate` ends every server process in the middle of whatever it does."""
    start(site)
    times, each = size(3, 10), size(10, 30)
    owners = customers("customer", times * each, DOGE="100", ADA="10")
    before = processes_as_started(site)
    longest, chance = 0.0, random.Random(10)
    for _ in range(times):
        crowd = [owners.pop() for _ in range(each)]
        clicking = threading.Thread(target=click_all, args=(crowd,))
        clicking.start()
        time.sleep(chance.uniform(0.05, 0.5))  # a moment that nobody chose
        postgres.kill()
        postgres.start()
        clicking.join()
        longest = max(longest, wait_until_finished())
        assert list(audit()) == []
    assert unfinished() == 0
    assert processes_as_started(site) == before
    lost = Conversion.objects.filter(attempts__gt=1).count()
    figure(
        f"stopped {times} times among {times * each} conversions: the last finished {longest:.1f} s after its return;"
        f" {lost} lost an attempt; {judge(times * each)}"
    )


def click_all(owners):
    for owner in owners:
        confirm(owner, "DOGE", "ADA")
        send()
    connection.close()
