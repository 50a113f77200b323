"""P22: limits count exactly, in every process, and a stranger never locks the owner out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client

from tests.support import factories
from tests.support.together import together
from wallet import limits, tasks
from wallet.limits import Limit, TooMany
from wallet.models import Count, Customer

SIGN_IN = "/accounts/login/"
RIGHT = {"login": "mira", "password": "correct horse battery"}
WRONG = RIGHT | {"password": "not that one"}
STRANGER, OWNER = "198.51.100.7", "203.0.113.20"
THREE = Limit("three", 3, 60)


def try_at(client, address, **fields):
    return client.post(SIGN_IN, WRONG | fields, REMOTE_ADDR=address)


def lock_out(address=STRANGER, **fields):
    """Somebody's browser that tries until it is told to stop."""
    browser = Client()
    while try_at(browser, address, **fields).status_code != 429:
        pass
    return browser


# --- counting --------------------------------------------------------------------------------------------------------


def test_so_many_may_and_no_more_until_the_time_is_over(db, clock):
    assert [THREE.take("mira") for _ in range(3)] == [1, 2, 3]
    clock.tick(seconds=59)
    with pytest.raises(TooMany) as refused:
        THREE.take("mira")
    assert refused.value.wait_seconds == 1
    clock.tick(seconds=1)
    assert THREE.take("mira") == 1


def test_what_is_refused_prolongs_nothing_and_writes_nothing(db, clock, queries):
    for _ in range(3):
        THREE.take("mira")
    clock.tick(seconds=30)

    def refused():
        with pytest.raises(TooMany):
            THREE.take("mira")

    assert [sql for sql in queries(refused) if not sql.startswith("SELECT")] == []
    assert Count.objects.get().ends_at == clock.at + timedelta(seconds=30)


def test_each_subject_and_each_limit_counts_by_itself(db, clock):
    for _ in range(3):
        THREE.take("mira")
    assert THREE.take("somebody else") == 1
    assert Limit("another", 3, 60).take("mira") == 1


def test_what_is_given_back_can_be_taken_again(db, clock):
    for _ in range(3):
        THREE.take("mira")
    THREE.give_back("mira")
    assert THREE.take("mira") == 3
    for _ in range(5):
        THREE.give_back("mira")
    assert Count.objects.get().taken == 0


@pytest.mark.django_db(transaction=True)
def test_many_at_once_are_counted_exactly(transactional_db):
    """Twenty threads for ten places, again and again: ten get one each, and no two the same."""
    ten = Limit("ten", 10, 600)
    for round_number in range(5):
        found = together(*[lambda: ten.take(f"round {round_number}")] * 20)
        assert sorted(one for one in found if isinstance(one, int)) == list(range(1, 11))
        assert sum(isinstance(one, TooMany) for one in found) == 10


def test_nothing_is_forgotten_before_its_time_however_many_there_are(db, clock):
    """S3: the cache dropped counts once it had 300 rows."""
    call_command("createcachetable", verbosity=0)
    for _ in range(3):
        THREE.take("mira")
    cache.set("first", 1, 600)
    for number in range(400):
        THREE.take(f"stranger {number}")
        cache.set(f"stranger-{number}", 1, 600)
    assert cache.get("first") == 1
    with pytest.raises(TooMany):
        THREE.take("mira")


def test_what_is_over_is_cleared_and_nothing_else(db, clock):
    call_command("createcachetable", verbosity=0)
    THREE.take("over")
    cache.set("over", 1, 60)
    clock.tick(seconds=60)
    THREE.take("mira")
    tasks.clear_counts()
    assert Count.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cache")
        assert cursor.fetchone()[0] == 1  # its time is the machine's, not this test's


# --- signing in ------------------------------------------------------------------------------------------------------


def test_s3_after_five_wrong_passwords_the_page_says_when_to_try_again(client, world, text):
    for _ in range(5):
        assert try_at(client, STRANGER).status_code == 200
    refused = try_at(client, STRANGER)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "Too many attempts. Try again at 14:38 UTC." in text(refused)
    part = client.post(SIGN_IN, WRONG, REMOTE_ADDR=STRANGER, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Retarget"], part.headers["Retry-After"]) == (429, "#warn", "300")
    assert "Too many attempts. Try again at 14:38 UTC." in text(part)
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 429
    world.clock.tick(minutes=5)
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 302


def test_s3_the_name_its_case_and_the_address_are_one_account(client, world):
    for name in ("mira", "MIRA", "mira@example.com", "Mira@Example.com", "mira"):
        assert try_at(client, STRANGER, login=name).status_code == 200
    for name in ("mira", "Mira", "mira@example.com"):
        assert try_at(client, STRANGER, login=name).status_code == 429


def test_s3_a_name_that_nobody_has_is_refused_as_late_as_one_that_somebody_has(client, world):
    answers = [try_at(client, STRANGER, login="nobody").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_s3_the_owner_passes_from_another_address(client, world):
    lock_out()
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=OWNER).status_code == 302


def test_s3_the_owner_passes_at_the_strangers_address_on_a_device_that_the_account_knows(client, world):
    client.post(SIGN_IN, RIGHT, REMOTE_ADDR=OWNER)
    client.post("/accounts/logout/")
    lock_out()
    for number in range(60):  # and the address as a whole
        try_at(Client(), STRANGER, login=f"nobody{number}")
    assert Client().post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 429
    world.clock.tick(minutes=1)  # for the forms of the address as such
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 302


def test_s3_a_device_that_another_account_knows_opens_nothing_and_a_known_one_guesses_no_more(client, world):
    factories.user("olaf", password="correct horse battery")
    client.post(SIGN_IN, RIGHT | {"login": "olaf"}, REMOTE_ADDR=STRANGER)
    client.post("/accounts/logout/")
    lock_out()
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 429
    client.cookies["device"] = "made-up"
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=STRANGER).status_code == 429
    known = Client()
    known.post(SIGN_IN, RIGHT, REMOTE_ADDR=OWNER)
    known.post("/accounts/logout/")
    assert [try_at(known, OWNER).status_code for _ in range(6)] == [200] * 5 + [429]


def test_s3_one_address_tries_fifty_times_whomever_it_tries(client, world):
    answers = [try_at(client, STRANGER, login=f"nobody{number}").status_code for number in range(51)]
    assert answers == [200] * 50 + [429]
    assert try_at(Client(), "2001:db8::1", login="nobody0").status_code == 200


def test_a_line_of_ipv6_counts_as_one_address(client, world):
    for number in range(5):
        try_at(client, f"2001:db8::{number}")
    assert try_at(client, "2001:db8::ffff").status_code == 429
    assert try_at(client, "2001:db8:0:1::1").status_code == 200


def test_right_passwords_count_nowhere(client, world):
    for _ in range(20):
        assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=OWNER).status_code == 302
        client.cookies.clear()
    assert [try_at(client, OWNER).status_code for _ in range(6)] == [200] * 5 + [429]


def test_s3_the_address_is_the_one_that_the_proxies_tell(client, world, settings):
    settings.TRUSTED_PROXIES = 1

    def answer(forwarded):
        return client.post(SIGN_IN, WRONG, headers={"X-Forwarded-For": forwarded}).status_code

    # What the client claims stands before what the proxy saw.
    assert [answer(f"192.0.2.{number}, {STRANGER}") for number in range(6)] == [200] * 5 + [429]
    assert answer(OWNER) == 200


def test_s3_without_a_proxy_nobody_says_where_they_are(client, world):
    answers = [
        client.post(SIGN_IN, WRONG, headers={"X-Forwarded-For": f"192.0.2.{number}"}).status_code for number in range(6)
    ]
    assert answers == [200] * 5 + [429]


def test_guesses_from_many_addresses_are_an_alert_and_lock_nobody_out(client, world, events):
    for number in range(50):
        try_at(Client(), f"198.51.100.{number}")
    assert [event["wrong_passwords"] for event in events("account_attacked", "ERROR")] == [50]
    assert client.post(SIGN_IN, RIGHT, REMOTE_ADDR=OWNER).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_s3_in_a_storm_exactly_five_get_through_and_the_owner_signs_in(transactional_db):
    """P22: strangers at three addresses try at once, 72 times; the owner signs in meanwhile, each time."""
    call_command("createcachetable", verbosity=0)
    user = factories.user()
    Customer.objects.ensure(user)

    def guess(address, name):
        return lambda: try_at(Client(), address, login=name).status_code

    def own(number):
        return lambda: Client().post(SIGN_IN, RIGHT, REMOTE_ADDR=f"203.0.113.{number}").status_code

    addresses = [f"198.51.100.{number}" for number in (1, 2, 3)]
    found = {address: [] for address in addresses}
    for number in range(3):
        works = [(address, guess(address, name)) for address in addresses for name in ("mira", "MIRA") * 4]
        answers = together(*(work for _, work in works), own(number))
        assert answers.pop() == 302
        for (address, _), status in zip(works, answers, strict=True):
            found[address].append(status)
    for statuses in found.values():
        assert sorted(statuses) == [200] * 5 + [429] * 19


# --- customers -------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch):
    """As if each customer might do each of these three times a minute."""
    for name, limit in limits.BY_CUSTOMER.items():
        monkeypatch.setitem(limits.BY_CUSTOMER, name, Limit(limit.name, 3, 60))


def test_s5_quotes_estimates_files_and_confirms_are_limited(signed_in, world, quick, text):
    reference = world.quoted("DOGE").reference
    other = Client()
    other.force_login(factories.user("olaf"))
    asked = {
        "quotes": lambda client: client.post("/wallet/dust/", {"asset": "DOGE"}),
        "estimates": lambda client: client.post("/wallet/dust/estimate/", {"asset": "DOGE"}),
        "files": lambda client: client.get("/conversions/export.csv"),
        "confirms": lambda client: client.post(f"/conversions/{reference}/confirm/"),
    }
    for ask in asked.values():
        assert 429 not in [ask(signed_in).status_code for _ in range(3)]
        refused = ask(signed_in)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
        assert "You’ve tried a few times. Try again in 1 minute." in text(refused)
        assert ask(other).status_code != 429
    world.clock.tick(seconds=60)
    assert 429 not in [ask(signed_in).status_code for ask in asked.values()]


def test_s5_new_quotes_by_convert_and_by_update_prices_are_one_count(signed_in, world, quick):
    reference = world.quoted("DOGE").reference
    for _ in range(2):
        signed_in.post("/wallet/dust/", {"asset": "DOGE"})
    assert signed_in.post(f"/conversions/{reference}/renew/").status_code == 303
    assert signed_in.post(f"/conversions/{reference}/renew/").status_code == 429


def test_every_other_form_is_limited_by_session_and_by_address(signed_in, world, monkeypatch):
    monkeypatch.setattr(limits, "FORMS", Limit("forms", 3, 60))
    assert [signed_in.post("/settings/", {}).status_code for _ in range(4)] == [422] * 3 + [429]
    again = Client()
    again.force_login(User.objects.get(username="mira"))
    assert again.post("/settings/", {}).status_code == 422
    assert [Client().post("/wallet/dust/").status_code for _ in range(4)][-1] == 429


def test_a_form_without_its_token_counts_for_nobody(world, monkeypatch):
    monkeypatch.setattr(limits, "FORMS", Limit("forms", 3, 60))
    strict = Client(enforce_csrf_checks=True)
    assert {strict.post("/settings/", {}).status_code for _ in range(5)} == {403}
    assert not Count.objects.exists()
