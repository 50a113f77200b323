"""Where the policy asks customers for a second factor: for Confirm, or always (P21). The quote is not lost by it."""

import json

import pytest

from tests.support import factories
from tests.support.html import read
from tests.support.passkeys import Passkey
from tests.support.second_factors import code, give_codes, give_passkey, prove, recovery_codes, wrong_code
from wallet.models import Conversion

HTMX = {"HX-Request": "true"}


@pytest.fixture
def asked(world, request):
    """The policy asks for Confirm."""
    return factories.policy(second_factor="confirm")


def paths(conversion):
    page = f"/conversions/{conversion.reference}/"
    return page, f"{page}confirm/"


def test_without_the_policy_nobody_is_asked(signed_in, world):
    page, confirm = paths(world.quoted("DOGE"))
    assert not read(signed_in.get(page)).select("#code")
    assert signed_in.post(confirm).status_code == 303


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_confirm_takes_the_code_within_the_review(signed_in, world, asked, headers):
    secret = give_codes(world.user)
    quote = world.quoted("DOGE")
    page, confirm = paths(quote)
    field = read(signed_in.get(page, headers=headers)).find("#code")
    assert (field["form"], field["autocomplete"], field["inputmode"]) == ("confirm", "one-time-code", "numeric")
    world.clock.tick(seconds=1)
    done = signed_in.post(confirm, {"code": code(secret)}, headers=headers)
    assert done.headers.get("HX-Redirect", done.headers.get("Location")) == page
    assert world.status(quote) == "confirmed"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("typed", "said"), [("wrong", "That wasn’t accepted."), ("", "Type the code."), ("1" * 21, "A code has 6 digits")]
)
def test_a_code_that_is_refused_gives_a_sentence_and_leaves_the_quote(
    signed_in, world, asked, text, typed, said, headers
):
    secret = give_codes(world.user)
    quote = world.quoted("DOGE")
    _, confirm = paths(quote)
    answer = signed_in.post(confirm, {"code": wrong_code(secret) if typed == "wrong" else typed}, headers=headers)
    assert answer.status_code == 422
    assert said in text(answer)
    field = read(answer).find("#code")
    assert field["aria-invalid"] == "true"
    assert read(answer).find(f"#{field['aria-describedby'].split()[0]}").text.startswith(said)
    assert read(answer).find("#go").text == "Confirm conversion"
    assert world.status(quote) == "quoted"
    world.clock.tick(seconds=1)
    assert signed_in.post(confirm, {"code": code(secret)}).status_code == 303


def test_a_recovery_code_and_a_passkey_will_do_too(signed_in, world, asked):
    give_codes(world.user)
    passkey = Passkey()
    give_passkey(world.user, passkey=passkey)
    factories.policy(second_factor="confirm", interval_seconds=0)
    quote = world.quoted("DOGE")
    page, confirm = paths(quote)
    button = read(signed_in.get(page)).find("[data-passkey]")
    assert button["form"] == "confirm"
    assert read(signed_in.get(page)).select("script[src=/static/passkey/passkey.js]")
    world.clock.tick(seconds=1)
    asked_again = read(signed_in.get(page)).find("[data-passkey]")["data-options"]
    assert signed_in.post(confirm, {"code": "", "credential": passkey.used(asked_again)}).status_code == 303
    world.settle(quote)
    world.observe()
    prove(signed_in, world.user, "mfa", seconds_ago=400)
    _, confirm = paths(world.quoted("ETH"))
    world.clock.tick(seconds=1)
    assert signed_in.post(confirm, {"code": recovery_codes(world.user)[0]}).status_code == 303


@pytest.mark.parametrize("sent", ["nonsense", "{}", json.dumps({"id": "x", "type": "public-key"})])
def test_what_is_no_passkey_is_refused_in_words(signed_in, world, asked, text, sent):
    give_passkey(world.user)
    _, confirm = paths(world.quoted("DOGE"))
    answer = signed_in.post(confirm, {"credential": sent})
    assert (answer.status_code, "This passkey wasn’t accepted." in text(answer)) == (422, True)


@pytest.mark.parametrize(("seconds_ago", "status"), [(290, 303), (301, 422)])
def test_a_proof_counts_for_five_minutes(signed_in, world, asked, seconds_ago, status):
    give_codes(world.user)
    quote = world.quoted("DOGE")
    prove(signed_in, world.user, "mfa", seconds_ago=seconds_ago)
    world.clock.tick(seconds=1)
    assert signed_in.post(paths(quote)[1]).status_code == status


def test_a_password_is_no_second_factor(signed_in, world, asked):
    give_codes(world.user)
    prove(signed_in, world.user)
    assert signed_in.post(paths(world.quoted("DOGE"))[1]).status_code == 422


def test_a_code_that_was_typed_too_late_counts_for_the_new_prices(signed_in, world, asked, text):
    secret = give_codes(world.user)
    quote = world.quoted("DOGE")
    world.clock.tick(seconds=31)
    world.observe()
    fresh = signed_in.post(paths(quote)[1], {"code": code(secret)})
    page = signed_in.get(fresh.headers["Location"])
    assert not read(page).select("#code")
    renewed = Conversion.objects.latest("pk")
    world.clock.tick(seconds=1)
    assert signed_in.post(paths(renewed)[1]).status_code == 303
    assert world.status(renewed) == "confirmed"


def test_guessing_at_confirm_is_limited_like_guessing_at_sign_in(signed_in, world, asked, text):
    secret = give_codes(world.user)
    quote = world.quoted("DOGE")
    for _ in range(12):
        answer = signed_in.post(paths(quote)[1], {"code": wrong_code(secret)})
    assert "Too many" in text(answer)
    signed_in.post(paths(quote)[1], {"code": code(secret)})
    assert world.status(quote) == "quoted"


def test_who_has_no_factor_is_led_to_set_one_up_and_back_to_the_same_review(client, world, asked, text):
    client.post("/accounts/login/", {"login": "mira", "password": "correct horse battery"})
    quote = world.quoted("DOGE")
    page, confirm = paths(quote)
    review = read(client.get(page))
    assert not review.select("#go")
    prove(client, world.user)
    security = read(client.get(review.find("#set-up")["href"]))
    link = next(one["href"] for one in security.select("#factors a") if one.text == "Set up codes")
    form = read(client.get(link))
    sent = {
        "code": code(form.find("#secret").text.replace(" ", "")),
        "next": form.find("main input[name=next]")["value"],
    }
    codes = read(client.post("/settings/security/codes/", sent, follow=True))
    assert [one["href"] for one in codes.select("main a") if one.text.startswith("I have kept")] == [page]
    assert "Code" in read(client.get(page)).find("#review").text
    assert client.post(confirm).status_code == 422
    assert world.status(quote) == "quoted"


def test_p13_somebody_elses_quote_is_not_there_whatever_is_proved(signed_in, world, asked):
    """P13: nor does the answer tell whether a code was right."""
    secret = give_codes(world.user)
    other = factories.user("other", {"DOGE": "100"})
    _, confirm = paths(world.quoted("DOGE", owner=other))
    assert signed_in.post(confirm, {"code": code(secret)}).status_code == 404
    assert signed_in.post(confirm, {"code": "1"}).status_code == 404


# --- always ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/wallet/", "/wallet/dust/", "/conversions/", "/conversions/export.csv"])
def test_always_leads_who_has_none_to_the_security_page_first(signed_in, world, text, path):
    factories.policy(second_factor="always")
    answer = signed_in.get(path, follow=True)
    assert answer.redirect_chain[0][0].startswith("/settings/security/?next=")
    assert "Your account needs a second step at sign-in." in text(answer)
    for open_page in ("/help/", "/settings/", "/accounts/logout/"):
        assert signed_in.get(open_page).status_code == 200


def test_always_sends_htmx_and_forms_there_without_an_effect(signed_in, world):
    quote = world.quoted("DOGE")
    factories.policy(second_factor="always")
    world.clock.tick(seconds=1)
    there = signed_in.post(paths(quote)[1])
    assert there.headers["Location"] == f"/settings/security/?next=%2Fconversions%2F{quote.reference}%2F"
    answer = signed_in.post("/wallet/dust/", {"asset": "DOGE"}, headers=HTMX)
    assert answer.headers["HX-Redirect"].startswith("/settings/security/?next=%2Fwallet%2Fdust%2F")
    assert [one.status for one in Conversion.objects.all()] == ["quoted"]


def test_always_lets_in_who_has_one_and_then_none_can_be_left_without(signed_in, world, text):
    factories.policy(second_factor="always")
    give_codes(world.user)
    assert signed_in.get("/wallet/").status_code == 200
    prove(signed_in, world.user)
    refused = signed_in.post("/settings/security/codes/off/")
    assert "Set up another one before you remove this one." in text(refused)
    passkey = give_passkey(world.user)
    signed_in.post("/settings/security/codes/off/")
    page = signed_in.post(f"/settings/security/passkeys/{passkey.pk}/remove/", follow=True)
    assert "Set up another one before you remove this one." in text(page)
    assert world.user.authenticator_set.filter(pk=passkey.pk).exists()
