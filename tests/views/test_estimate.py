import pytest

from tests.support import factories
from tests.support.html import read
from wallet.models import Asset, Conversion, Price

URL = "/wallet/dust/estimate/"
HTMX = {"HX-Request": "true"}


def ticked(response):
    return [box["value"] for box in read(response).select("input[name=asset][checked]")]


def said(response):
    """What the page says aloud."""
    return next(one["data-say"] for one in read(response).select("[data-say]"))


def test_r8_it_says_what_the_selection_would_bring(signed_in, text):
    page = signed_in.post(URL, {"asset": ["DOGE", "ETH"]}, headers=HTMX)
    assert read(page).elements[0]["id"] == "summary"
    words = text(page)
    assert "0.07000000 BNB" in words
    assert "from 2 balances worth 0.00070000 BTC" in words
    assert "Rate 1 BNB = 0.01000000 BTC" in words
    assert "Fee None" in words
    assert "ETH 71%" in words
    assert "DOGE 29%" in words


def test_the_rows_follow_at_the_same_prices(signed_in, world):
    world.clock.tick(seconds=10)
    world.observe(DOGE="0.0000025")
    page = read(signed_in.post(URL, {"asset": ["DOGE"]}, headers=HTMX))
    assert page.find("[data-in=get-DOGE]").text == "0.02500000"


def test_it_writes_nothing_down(signed_in):
    signed_in.post(URL, {"asset": ["DOGE"]})
    assert not Conversion.objects.exists()


def test_without_htmx_it_is_the_whole_page_with_the_selection(signed_in, text):
    page = signed_in.post(URL, {"asset": ["DOGE"]})
    assert read(page).is_page
    assert "from 1 balance worth 0.00020000 BTC" in text(page)
    assert ticked(page) == ["DOGE"]


def test_when_other_balances_can_be_converted_the_list_comes_anew_with_the_same_ticked(signed_in, world):
    fingerprint = signed_in.get("/wallet/dust/").context["page"].fingerprint
    Price.objects.filter(asset__code="ETH").delete()
    page = signed_in.post(URL, {"asset": ["DOGE", "ETH"], "fingerprint": fingerprint}, headers=HTMX)
    assert page.headers["HX-Retarget"] == "#selection"
    assert page.headers["Content-Location"] == "/wallet/dust/?asset=DOGE"
    assert ticked(page) == ["DOGE"]


def test_what_can_no_longer_be_converted_is_said(signed_in, world):
    fingerprint = signed_in.get("/wallet/dust/").context["page"].fingerprint
    Price.objects.filter(asset__code="ETH").delete()
    page = signed_in.post(URL, {"asset": ["DOGE", "ETH"], "fingerprint": fingerprint}, headers=HTMX)
    words = "ETH can’t be converted now, so it is no longer selected: Price unavailable. 1 of 2 selected"
    assert said(page) == words


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        ("2000000", "Prices updated. You’d receive about 0.02100000 BNB, 5.00% more."),
        ("2200000", "Prices updated. You’d receive about 0.02100000 BNB, 4.54% less."),
        ("2100000", "Prices updated. You’d receive about 0.02100000 BNB, the same as before."),
        ("0", "Prices updated."),
        ("", "Prices updated."),
        ("1e9", "Prices updated."),
        ("9" * 99, "Prices updated."),
    ],
)
def test_update_prices_says_what_it_changed(signed_in, world, shown, words):
    world.observe(DOGE="0.0000021")
    fields = {"asset": "DOGE", "shown": shown}
    assert said(signed_in.post(URL, fields | {"update": "1"}, headers=HTMX)) == words
    assert said(signed_in.post(URL, fields, headers=HTMX)) == "1 selected, about 0.02100000 BNB"


def test_after_the_wait_it_says_so(signed_in, world, text):
    page = signed_in.post(URL, {"asset": "DOGE", "waited": "1"}, headers=HTMX)
    assert said(page) == "You can convert again now."
    assert read(page).select("#convert")
    world.confirmed("ETH")
    page = signed_in.post(URL, {"asset": "DOGE", "waited": "1"}, headers=HTMX)
    assert "again now" not in said(page) + text(page)


@pytest.mark.parametrize("fingerprint", [None, "", "nonsense"])
def test_with_nothing_to_convert_it_is_no_fault(client, world, fingerprint):
    client.force_login(factories.user("empty"))
    fields = {"asset": ["DOGE"]} | ({} if fingerprint is None else {"fingerprint": fingerprint})
    assert client.post(URL, fields, headers=HTMX).status_code == 200
    assert client.post(URL, fields).status_code == 200


@pytest.mark.parametrize("codes", [[], ["NOPE"], ["DOGE"] * 500])
def test_any_selection_has_an_estimate(signed_in, codes):
    assert signed_in.post(URL, {"asset": codes}, headers=HTMX).status_code == 200


def test_prices_that_have_grown_old_are_no_fault(signed_in, world):
    world.clock.tick(minutes=2)
    assert signed_in.post(URL, {"asset": ["DOGE"]}, headers=HTMX).status_code == 200


def test_only_posting_is_allowed(signed_in):
    assert signed_in.get(URL).status_code == 405


def test_signed_out_it_leads_to_sign_in(client, db):
    assert client.post(URL).headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    ("codes", "address"),
    [
        (["DOGE", "ETH"], "?asset=DOGE&asset=ETH"),
        (["DOGE"], "?asset=DOGE"),
        (["DOGE", "ETH", "EUR"], "?asset=DOGE&asset=ETH&asset=EUR"),
        ([], ""),
        (["NOPE", "<b>"], ""),
    ],
)
def test_the_address_keeps_what_is_ticked(signed_in, codes, address):
    answer = signed_in.post(URL, {"asset": codes}, headers={"HX-Request": "true"})
    assert answer.headers["Content-Location"] == f"/wallet/dust/{address}"
    page = signed_in.get(answer.headers["Content-Location"])
    assert set(ticked(page)) == {code for code in codes if code in ("DOGE", "ETH", "EUR")}


@pytest.mark.parametrize(("longest", "kept"), [(25, ["DOGE", "ETH"]), (8, [])])
def test_a_selection_too_long_to_be_named_is_kept_by_its_keys_while_they_have_room(
    signed_in, monkeypatch, longest, kept
):
    monkeypatch.setattr("wallet.addresses.LONGEST", longest)
    answer = signed_in.post(URL, {"asset": ["DOGE", "ETH"]}, headers=HTMX)
    assert "asset=" not in answer.headers["Content-Location"]
    assert sorted(ticked(signed_in.get(answer.headers["Content-Location"]))) == kept


def test_keys_that_lie_far_apart_are_not_kept_and_take_no_memory(signed_in, world, monkeypatch):
    monkeypatch.setattr("wallet.addresses.LONGEST", 25)
    Asset.objects.create(pk=10**17, code="FAR", name="Far", scale=8)
    world.observe(FAR="0.0001")
    factories.deposit(world.user, "FAR", "1")
    answer = signed_in.post(URL, {"asset": ["DOGE", "FAR"]}, headers=HTMX)
    assert answer.headers["Content-Location"] == "/wallet/dust/"


def test_all_of_too_many_to_be_named_are_all(signed_in, monkeypatch):
    monkeypatch.setattr("wallet.addresses.LONGEST", 15)
    answer = signed_in.post(URL, {"asset": ["DOGE", "ETH", "EUR"]}, headers=HTMX)
    assert answer.headers["Content-Location"] == "/wallet/dust/?all=1"


@pytest.mark.parametrize(
    "keys", ["", "1", "1.", "1.A", "x.AAAA", "1.*", "²._w", "1." + "_" * 8000, "9" * 18 + "._w", "0.AAAA"]
)
def test_keys_that_are_none_tick_nothing_of_others(signed_in, keys):
    answer = signed_in.get("/wallet/dust/", {"keys": keys})
    assert answer.status_code == 200
    assert set(ticked(answer)) <= {"DOGE", "ETH", "EUR"}


def test_very_many_that_are_ticked_are_kept_as_they_are_and_no_other_one_with_them(signed_in, world):
    """Coming back ticks no balance that has come in meanwhile."""
    codes = [*world.hold_more(60), "DOGE", "ETH", "EUR"]
    address = signed_in.post(URL, {"asset": codes}, headers=HTMX).headers["Content-Location"]
    assert address == f"/wallet/dust/?asset={','.join(sorted(codes))}"
    factories.asset("LATE")
    world.observe(LATE="0.0001")
    factories.deposit(world.user, "LATE", "1")
    assert sorted(ticked(signed_in.get(address))) == sorted(codes)


def test_signed_out_with_more_than_an_address_holds_one_comes_back_to_the_page(client, world):
    """Servers refuse an address of more than about 4,000 characters."""
    answer = client.post(URL, {"asset": [f"CODE{number:08}" for number in range(300)]})
    assert answer.headers["Location"] == "/accounts/login/?next=/wallet/dust/"
