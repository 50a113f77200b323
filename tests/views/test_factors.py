"""Second factors: set up, used and taken away."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.support.html import read
from tests.support.passkeys import Passkey
from tests.support.second_factors import (
    PASSWORD,
    code,
    give_codes,
    give_passkey,
    kinds,
    prove,
    recovery_codes,
    sign_in,
    wrong_code,
)
from wallet import devices

PAGE = "/settings/security/"


@pytest.mark.parametrize(
    "path",
    ["codes/", "codes/off/", "recovery-codes/", "recovery-codes/new/", "recovery-codes.txt", "passkeys/new/"],
)
def test_p21_nothing_changes_without_a_fresh_proof(signed_in, world, path):
    """P21: a stolen session alone gets to the page that asks for the password, and after five minutes so does its owner."""
    if path != "codes/":
        give_codes(world.user)
    before = list(Authenticator.objects.values_list())
    for seconds_ago in (None, 301):
        if seconds_ago:
            prove(signed_in, world.user, seconds_ago=seconds_ago)
        for method in ("get", "post"):
            answer = getattr(signed_in, method)(f"{PAGE}{path}", {"code": "123456"})
            if answer.status_code == 405:
                continue
            assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
                302,
                "/accounts/reauthenticate/" if path == "codes/" else "/accounts/confirm/code/",
            )
    assert list(Authenticator.objects.values_list()) == before
    prove(signed_in, world.user, seconds_ago=290)
    assert signed_in.get(f"{PAGE}{path}").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_codes_are_set_up_with_their_key_as_text_and_recovery_codes_follow(signed_in, world, text):
    prove(signed_in, world.user)
    page = signed_in.get(f"{PAGE}codes/?next=/wallet/dust/")
    secret = read(page).find("#secret").text.replace(" ", "")
    assert read(page).find("[role=img] svg")
    wrong = signed_in.post(f"{PAGE}codes/", {"code": wrong_code(secret), "next": "/wallet/dust/"})
    assert wrong.status_code == 422
    assert "That wasn’t accepted." in text(wrong)
    assert read(wrong).find("#secret").text.replace(" ", "") == secret
    assert kinds(world.user) == ["signed_in"]
    done = signed_in.post(f"{PAGE}codes/", {"code": code(secret), "next": "/wallet/dust/"}, follow=True)
    shown = [item.text for item in read(done).select("#codes li")]
    assert shown == recovery_codes(world.user)
    assert len(shown) == 10
    assert read(done).select("a[href=/wallet/dust/]")
    assert kinds(world.user)[0] == "factor_added"
    assert [sent.to for sent in mail.outbox] == [["mira@example.com"]]
    assert "asks for a code from your app" in mail.outbox[0].body


def test_a_way_on_never_leads_away(signed_in, world):
    prove(signed_in, world.user)
    give_codes(world.user)
    page = read(signed_in.get(f"{PAGE}recovery-codes/?next=https://evil.example/"))
    assert not page.select("a[href=https://evil.example/]")
    assert page.select(f"a[href={PAGE}]")


def test_codes_are_turned_off_with_their_recovery_codes_and_the_owner_is_told(signed_in, world):
    give_codes(world.user)
    prove(signed_in, world.user)
    signed_in.post(f"{PAGE}codes/off/")
    assert not Authenticator.objects.filter(user=world.user).exists()
    assert kinds(world.user)[0] == "factor_removed"
    assert "asks for no code" in mail.outbox[0].body


@pytest.mark.django_db(transaction=True)
def test_new_recovery_codes_take_the_place_of_the_old(signed_in, world):
    give_codes(world.user)
    old = recovery_codes(world.user)
    prove(signed_in, world.user)
    assert signed_in.post(f"{PAGE}recovery-codes/new/").status_code == 302
    assert not set(old) & set(recovery_codes(world.user))
    assert kinds(world.user)[0] == "codes_made"
    assert len(mail.outbox) == 1
    file = signed_in.get(f"{PAGE}recovery-codes.txt")
    assert file.content.decode().split() == recovery_codes(world.user)
    assert "attachment" in file.headers["Content-Disposition"]


def test_passkeys_are_listed_renamed_and_removed(signed_in, world, text):
    passkey = give_passkey(world.user)
    prove(signed_in, world.user)
    assert "Phone · Added" in text(signed_in.get(PAGE))
    signed_in.post(f"{PAGE}passkeys/{passkey.pk}/", {"name": "Old phone"})
    assert "Old phone" in text(signed_in.get(PAGE))
    signed_in.post(f"{PAGE}passkeys/{passkey.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert [sent.subject.endswith("A passkey was removed") for sent in mail.outbox] == [True]


def options(page):
    """What the page's button asks an authenticator."""
    return read(page).find("[data-passkey]")["data-options"]


def test_a_passkey_is_added_and_signs_in_by_itself(client, signed_in, world, text):
    passkey = Passkey()
    prove(signed_in, world.user)
    page = signed_in.get(f"{PAGE}passkeys/new/")
    assert len(read(page).select("input[name=credential]")) == 1
    asked = options(page)
    assert json.loads(asked)["publicKey"]["authenticatorSelection"]["userVerification"] == "required"
    done = signed_in.post(f"{PAGE}passkeys/new/", {"name": "Phone", "credential": passkey.made(asked)}, follow=True)
    assert len(read(done).select("#codes li")) == 10
    assert kinds(world.user)[0] == "factor_added"
    assert "A passkey was added" in mail.outbox[0].subject
    client.post("/accounts/logout/")
    asked = client.get("/accounts/login/passkey/", headers={"Accept": "application/json"}).json()
    sent = {"credential": passkey.used(asked["request_options"]), "next": "/conversions/"}
    assert client.post("/accounts/login/passkey/", sent).headers["Location"] == "/conversions/"
    assert client.get("/wallet/").status_code == 200


def test_a_passkey_is_the_second_step_after_a_password_and_a_fresh_proof(client, world):
    passkey = Passkey()
    give_passkey(world.user, passkey=passkey)
    asked = options(sign_in(client))
    assert client.get("/wallet/").status_code == 302
    done = client.post("/accounts/login/code/", {"credential": passkey.used(asked)})
    assert done.headers["Location"] == "/wallet/"
    way = client.get(f"{PAGE}passkeys/new/").headers["Location"]
    assert way.startswith("/accounts/confirm/passkey/")
    done = client.post(way, {"credential": passkey.used(options(client.get(way))), "next": f"{PAGE}passkeys/new/"})
    assert done.headers["Location"] == f"{PAGE}passkeys/new/"
    assert client.get(f"{PAGE}passkeys/new/").status_code == 200


@pytest.mark.parametrize("strange", ["other site", "other key", "no owner asked", "used before"])
def test_a_passkey_that_proves_nothing_signs_nobody_in(client, world, text, strange):
    right = Passkey()
    give_passkey(world.user, passkey=right)
    passkey = {
        "other site": Passkey("https://evil.example"),
        "other key": Passkey(),
        "no owner asked": Passkey(is_verified=False),
        "used before": right,
    }[strange]
    passkey.owner = right.owner
    if strange in ("other site", "no owner asked"):
        passkey.id, passkey.key = right.id, right.key
    if strange == "other key":
        passkey.id = right.id
    asked = client.get("/accounts/login/passkey/", headers={"Accept": "application/json"}).json()["request_options"]
    sent = passkey.used(asked)
    if strange == "used before":
        client.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    page = client.post("/accounts/login/passkey/", {"credential": sent}, follow=True)
    assert "This passkey wasn’t accepted. Try again." in text(page)
    assert client.get("/wallet/").status_code == 302


NO_CREDENTIAL = [
    "",
    "nonsense",
    "{}",
    "[]",
    "1",
    "NaN",
    "[" * 2_000,
    "[" * 900 + "]" * 900,
    '{"id": 1}',
    '{"type": "public-key", "rawId": "AA", "id": "AA"}',
]


@pytest.mark.parametrize("sent", NO_CREDENTIAL)
def test_s7_what_is_no_passkey_at_all_is_refused_in_words(client, world, text, sent):
    """Before signing in, as the second step, as a proof, and as a new one; the library alone answers some with a fault."""
    give_passkey(world.user)
    said = "This passkey wasn’t accepted. Try again."
    client.get("/accounts/login/passkey/", headers={"Accept": "application/json"})
    assert said in text(client.post("/accounts/login/passkey/", {"credential": sent}, follow=True))
    sign_in(client)
    refused = client.post("/accounts/login/code/", {"credential": sent})
    assert (refused.status_code, said in text(refused)) == (422, True)
    client.force_login(world.user)
    assert said in text(client.post("/accounts/confirm/passkey/", {"credential": sent}))
    prove(client, world.user)
    client.get(f"{PAGE}passkeys/new/")
    assert said in text(client.post(f"{PAGE}passkeys/new/", {"name": "x", "credential": sent}))
    assert Authenticator.objects.count() == 1


# --- signing in ------------------------------------------------------------------------------------------------------


def test_the_second_step_asks_for_one_field_that_a_phone_fills_in(client, world, text):
    secret = give_codes(world.user)
    page = sign_in(client, next="/conversions/")
    field = read(page).find("input[name=code]")
    assert (field["autocomplete"], field["inputmode"]) == ("one-time-code", "numeric")
    assert client.get("/wallet/").status_code == 302
    refused = client.post("/accounts/login/code/", {"code": wrong_code(secret)})
    assert refused.status_code == 422
    assert "That wasn’t accepted." in text(refused)
    assert "Type the code." in text(client.post("/accounts/login/code/", {"code": ""}))
    done = client.post("/accounts/login/code/", {"code": code(secret)})
    assert done.headers["Location"] == "/conversions/"
    assert client.get("/wallet/").status_code == 200
    assert {"signed_in", "code_refused"} <= set(kinds(world.user))


def test_a_recovery_code_signs_in_once(client, world):
    give_codes(world.user)
    spare = recovery_codes(world.user)[0]
    for status in (302, 422):
        sign_in(client)
        assert client.post("/accounts/login/code/", {"code": spare}).status_code == status
        client.post("/accounts/logout/")
    assert "code_used" in kinds(world.user)


CODE = "/accounts/login/code/"


def at_the_second_step(address, client=None):
    """Somebody's browser who has mira's password, and the status that a code gets there."""
    browser = client or Client(REMOTE_ADDR=address)
    sign_in(browser)
    return lambda typed: browser.post(CODE, {"code": typed}, REMOTE_ADDR=address).status_code


def test_p22_codes_are_not_guessed_and_whoever_guesses_locks_nobody_out(client, world, text):
    """P22: five from an address, with the time to wait; the owner passes from another one meanwhile."""
    secret = give_codes(world.user)
    guess = at_the_second_step("198.51.100.7", client)
    assert [guess(wrong_code(secret)) for _ in range(7)] == [422] * 5 + [429] * 2
    refused = client.post(CODE, {"code": code(secret)}, REMOTE_ADDR="198.51.100.7")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "300")
    assert "Too many" in text(refused)
    assert at_the_second_step("203.0.113.20")(code(secret)) == 302
    world.clock.tick(seconds=300)
    assert guess(recovery_codes(world.user)[0]) == 302


def test_p22_in_a_day_twenty_are_guessed_wherever_from_and_the_owner_passes_on_a_known_device(world):
    """P22, P21: and with another password, which takes the owner's mailbox, whoever knows the old one is out."""
    secret = give_codes(world.user)
    owner = Client(REMOTE_ADDR="203.0.113.20")
    assert at_the_second_step("203.0.113.20", owner)(code(secret)) == 302
    owner.post("/accounts/logout/")
    for number in range(4):
        guess = at_the_second_step(f"198.51.100.{number}")
        assert [guess(wrong_code(secret)) for _ in range(5)] == [422] * 5
    spare = recovery_codes(world.user)
    world.clock.tick(hours=23)
    assert at_the_second_step("192.0.2.1")(spare[0]) == 429
    assert at_the_second_step("192.0.2.1", owner)(spare[0]) == 302
    world.user.set_password(PASSWORD)  # with another salt: to the count it is another one
    world.user.save()
    assert at_the_second_step("192.0.2.2")(spare[1]) == 302


def test_p22_a_device_that_the_account_knows_guesses_thirty_times_a_day(client, world):
    secret = give_codes(world.user)
    assert at_the_second_step("203.0.113.20", client)(code(secret)) == 302
    client.post("/accounts/logout/")
    guess = at_the_second_step("203.0.113.20", client)
    for _ in range(6):
        world.clock.tick(seconds=300)
        assert [guess(wrong_code(secret)) for _ in range(6)] == [422] * 5 + [429]
    world.clock.tick(seconds=300)
    assert guess(recovery_codes(world.user)[0]) == 429


def test_p21_the_password_alone_makes_no_device_known(client, world):
    give_codes(world.user)
    sign_in(client)
    assert devices.COOKIE not in client.cookies


def test_p21_a_code_is_good_once_also_the_one_that_codes_were_set_up_with(signed_in, world):
    """P21: for as long as it is good, whatever spaces it is typed with."""
    prove(signed_in, world.user)
    secret = read(signed_in.get(f"{PAGE}codes/")).find("#secret").text.replace(" ", "")
    first = code(secret)
    assert signed_in.post(f"{PAGE}codes/", {"code": first}).status_code == 302
    step = at_the_second_step("203.0.113.20")
    cache.clear()  # the library forgets after 30 seconds, and the code is good for 90
    world.clock.tick(seconds=89)
    assert [step(first), step(f"{first[:3]} {first[3:]}")] == [422, 422]
    assert step(recovery_codes(world.user)[0]) == 302


def test_p21_with_a_second_factor_the_password_alone_is_no_fresh_proof(signed_in, world):
    """P21: not even together with a stolen session."""
    secret = give_codes(world.user)
    answer = signed_in.post("/accounts/reauthenticate/?next=/settings/", {"password": PASSWORD})
    assert answer.headers["Location"].startswith("/accounts/confirm/code/")
    assert signed_in.post("/accounts/confirm/code/", {"code": wrong_code(secret)}).status_code == 422
    assert signed_in.get(f"{PAGE}codes/off/").status_code == 302
    signed_in.post("/accounts/confirm/code/", {"code": code(secret), "next": PAGE})
    assert signed_in.get(f"{PAGE}codes/off/").status_code == 200
