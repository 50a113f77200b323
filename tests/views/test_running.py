"""The row of a conversion that runs, on top of the history."""

from tests.support import factories
from tests.support.html import read
from wallet import conversions

URL = "/conversions/"
HTMX = {"HX-Request": "true", "HX-Target": "records"}


def test_what_runs_stands_on_top_and_asks_for_itself_until_it_has_ended(signed_in, world, text):
    factories.policy(interval_seconds=0)
    first = world.quoted("EUR")
    done = world.settled("DOGE")
    conversions.confirm(user=world.user, reference=first.reference)
    page = read(signed_in.get(URL))
    words, row = page.text, f"{URL}{first.reference}/running/"
    assert words.index(first.reference) < words.index(done.reference)
    running = page.find("tbody#running")
    assert (running["hx-get"], running["hx-trigger"]) == (row, "every 250ms")
    assert "2 conversions, 0.02000000 BNB received" in words
    assert first.reference not in text(signed_in.get(f"{URL}?before={done.reference}"))

    again = signed_in.get(row, headers=HTMX)
    (part,) = read(again).elements
    assert (part.name, part["id"], part["hx-get"]) == ("tbody", "running", row)
    assert "HX-Trigger" not in again.headers
    world.clock.tick(seconds=1)
    world.observe()
    conversions.settle(reference=first.reference)
    ended = signed_in.get(row, headers=HTMX)
    (part,) = read(ended).elements
    assert part["data-say"] == f"Completed: {first.reference}"
    assert not [name for one in (part, *part.within()) for name in one.attributes if name.startswith("hx-")]
    assert ended.headers["HX-Trigger"] == '{"ended": {}}'


def test_the_running_row_is_a_part_only_and_nobody_elses(signed_in, client, world):
    row = f"{URL}{world.confirmed('DOGE').reference}/running/"
    assert signed_in.get(row).status_code == 303
    assert signed_in.post(row).status_code == 405
    client.logout()
    assert client.get(row).headers["Location"].startswith("/accounts/login/")
    client.force_login(factories.user("other"))
    assert client.get(row, headers=HTMX).status_code == 404
