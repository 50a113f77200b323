"""P4, P5: everybody clicks at the same moment."""

from collections import Counter

import pytest
from django.test import Client

from tests.support import factories
from tests.support.chaos import judge, size
from tests.support.together import together
from wallet import conversions
from wallet.market import rounds
from wallet.models import Conversion

THREADS = 20


@pytest.fixture
def silent(monkeypatch):
    """No broker here: what is enqueued is settled by the test."""
    monkeypatch.setattr("wallet.views.conversions.enqueue", lambda *args: None)


def click(cookies, reference):
    client = Client(raise_request_exception=False)
    client.cookies.load(cookies)
    return client.post(f"/conversions/{reference}/confirm/").status_code


@pytest.mark.parametrize("quotes", [1, 2])
def test_p4_p5_twenty_confirms_released_together_convert_once(market, silent, figure, quotes):
    """P4 with one quote, P5 with two quotes of one customer: one completed conversion a round, and no fault."""
    answers, count = Counter(), size(8, 200)
    for number in range(count):
        owner = factories.user(f"customer{number}", {"DOGE": "100", "ADA": "10"}, password=None)
        rounds.refresh()
        made = [conversions.quote(user=owner, codes=[code]).reference for code in ("DOGE", "ADA")[:quotes]]
        client = Client()
        client.force_login(owner)
        cookies = {name: morsel.value for name, morsel in client.cookies.items()}
        works = [lambda reference=made[at % quotes]: click(cookies, reference) for at in range(THREADS)]
        found = Counter(together(*works))
        answers += found
        assert max(found) < 500, found
        assert found[303] == (THREADS if quotes == 1 else THREADS // 2), found
        rounds.refresh()
        confirmed = Conversion.objects.confirmed().get().reference
        alone = [lambda: conversions.settle(reference=confirmed)] * 2
        *rounds_of, one, other = together(*[conversions.settle_round] * 2, *alone)
        assert sum(found.finished for found in rounds_of) + sum(found is not None for found in (one, other)) == 1
        assert Conversion.objects.get(reference=confirmed).is_completed
    figure(f"{count} rounds of {THREADS} Confirms: answers {dict(answers)}; {judge(count)}")
