"""The dust page when the world has gone on since it was made."""

import pytest

from tests.support import factories
from tests.support.html import read
from wallet.models import Conversion

URL = "/wallet/dust/"
HTMX = {"HX-Request": "true"}


def ticked(response):
    return [box["value"] for box in read(response).select("input[name=asset][checked]")]


def test_a_balance_that_changed_since_the_page_was_made_is_said_and_the_list_made_anew(signed_in, world, text):
    fingerprint = signed_in.get(URL).context["page"].fingerprint
    factories.deposit(world.user, "DOGE", "7")
    fields = {"asset": ["DOGE", "EUR"], "fingerprint": fingerprint}
    page, part = signed_in.post(URL, fields), signed_in.post(URL, fields, headers=HTMX)
    assert (page.status_code, part.status_code) == (422, 422)
    assert "There is a problem Your DOGE balance changed. Check the new amounts." in text(page)
    assert ticked(page) == ticked(part) == ["DOGE", "EUR"]
    assert "107" in text(part)
    assert part.headers["HX-Retarget"] == "#selection"
    assert read(part).find("#problem")["hx-swap-oob"] == "true"
    assert not Conversion.objects.exists()
    fields["fingerprint"] = page.context["page"].fingerprint
    assert signed_in.post(URL, fields).status_code == 303


def test_a_change_of_what_is_not_ticked_does_not_matter(signed_in, world):
    fingerprint = signed_in.get(URL).context["page"].fingerprint
    factories.deposit(world.user, "DOGE", "7")
    assert signed_in.post(URL, {"asset": ["EUR"], "fingerprint": fingerprint}).status_code == 303


@pytest.mark.parametrize("fingerprint", ["", "x", "DOGE", "=", "DOGE=", "=" * 9999])
def test_a_strange_fingerprint_is_no_fault(signed_in, fingerprint):
    assert signed_in.post(URL, {"asset": ["DOGE"], "fingerprint": fingerprint}).status_code in (303, 422)


def test_old_prices_say_how_old(signed_in, world, text):
    world.clock.tick(seconds=29)
    assert "Prices from 14:32:07 Update prices" in text(signed_in.get(URL))
    world.clock.tick(seconds=16)
    page = signed_in.get(URL)
    assert "Prices from 14:32:07 (45 seconds ago)" in text(page)
    assert read(page).find("#age")["data-seconds"] == "45"


def test_a_page_that_was_overtaken_gets_the_wait_in_place_of_its_button(signed_in, world, text):
    page = {"asset": "DOGE"}
    world.settled("ETH")
    answer = signed_in.post(URL, page, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert answer.headers["HX-Retarget"] == "#problem"
    assert read(answer).find("#summary")["hx-swap-oob"] == "true"
    assert not read(answer).select("#convert")
    assert "You can convert again today at 20:32 UTC That’s in 6 hours." in text(answer)
