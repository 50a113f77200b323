"""P20: the pages on which assets are paused, resumed, delisted and listed: what they say first, and who may do what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import factories, proposing
from tests.support.html import read
from wallet.models import Asset, Opening, StaffAction

PAUSE, DELIST, RESUME = (f"/admin/wallet/asset/{deed}/" for deed in ("pause", "delist", "resume"))
HEADER = b"code,name,scale,status\n"


@pytest.fixture
def as_role(world):
    """A browser of somebody with that role."""
    return lambda role: proposing.browser(factories.staff(role))


def send(client, content, name="assets.csv"):
    return client.post("/admin/wallet/asset/file/", {"file": SimpleUploadedFile(name, content)})


def test_the_page_says_who_holds_it_what_runs_and_what_customers_will_read(operator, world):
    factories.user("other", {"DOGE": "0.5"})
    world.clock.tick(hours=7)
    world.observe()
    world.confirmed("ETH")
    world.quoted("DOGE", owner=factories.user("third", {"DOGE": "7"}))
    page = read(operator.post(f"{PAUSE}?asset=DOGE&asset=ETH", {"reason": "Upgrade.", "preview": "1"}))
    doge, eth = ([cell.text for cell in row.select("td")] for row in page.find("#affected").select("tbody tr"))
    assert doge[:6] == ["listed", "2", "7.500000", "0.00001500", "0", "1"]
    assert eth[4:6] == ["1", "0"]
    assert "English: Conversions paused for DOGE. Upgrade." in doge[6]
    assert "Deutsch: Umwandlungen von DOGE sind pausiert. Upgrade." in doge[6]
    assert not Asset.objects.filter(conversions_paused=True).exists()


def test_what_is_shown_is_done_with_a_reason_alone(operator, text):
    address = f"{PAUSE}?asset=DOGE"
    for blank in ("", "  \t "):
        page = operator.post(address, {"reason": blank, "do": "Pause"})
        assert page.status_code == 422
        assert "This field is required." in text(page)
    assert operator.post(address, {"reason": "Upgrade.", "do": "Pause"}).status_code == 302
    assert Asset.objects.get(code="DOGE").pause_reason == "Upgrade."


def test_a_day_to_come_is_shown_as_customers_will_read_it(operator, text):
    days = {"reason": "No volume.", "delisted_on": "2026-12-01", "withdraw_until": "2027-03-01", "preview": "1"}
    page = text(operator.post(f"{DELIST}?asset=ETH", days))
    ahead = "English: ETH will be delisted on 1 December 2026. From then on it can’t be converted."
    assert ahead in page
    assert "Delisted on 1 December 2026. ETH can’t be converted any more." in page
    assert "1. Dezember 2026" in page.partition("Deutsch: ")[2]
    assert Asset.objects.get(code="ETH").delisted_on is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"delisted_on": "2020-01-01"}, "2020-01-01 is over"),
        ({"delisted_on": "1e5"}, "Enter a valid date."),
        ({"delisted_on": "2026-02-30"}, "Enter a valid date."),
        ({"withdraw_until": "2020-01-01"}, "is not after"),
        ({"reason": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_is_refused_in_words(operator, text, fields, words):
    page = operator.post(f"{DELIST}?asset=ETH", {"reason": "No volume.", "do": "Delist", **fields})
    assert (page.status_code, Asset.objects.get(code="ETH").status) == (422, "listed")
    assert words in text(page)


def test_bnb_is_not_delisted_and_its_pause_is_said_to_close_conversions(operator, text):
    page = operator.post(f"{DELIST}?asset=BNB&asset=DOGE", {"reason": "x", "do": "Delist"})
    assert "BNB stays listed" in text(page)
    assert not Asset.objects.filter(status="delisted").exists()
    page = text(operator.post(f"{PAUSE}?asset=BNB", {"reason": "BNB’s chain stopped.", "preview": "1"}))
    assert "pausing it closes conversions until it is resumed" in page
    assert "English: BNB’s chain stopped." in page
    operator.post(f"{PAUSE}?asset=BNB", {"reason": "BNB’s chain stopped.", "do": "Pause"})
    assert Opening.objects.get().notice == "BNB’s chain stopped."
    refused = operator.post("/admin/wallet/opening/add/", {"is_open": "on", "reason": "Open."})
    assert "BNB is paused, which closes conversions." in text(refused)


@pytest.mark.parametrize("query", ["", "?asset=XYZ", "?asset=DOGE&asset=XYZ", "?asset=%27"])
def test_of_no_asset_there_is_no_page(operator, query):
    assert operator.get(PAUSE + query).status_code == 404


def test_the_list_leads_there_with_many_and_an_assets_page_with_one(operator):
    chosen = [Asset.objects.get(code=code).pk for code in ("DOGE", "ETH")]
    led = operator.post("/admin/wallet/asset/", {"action": "pause", "_selected_action": chosen})
    assert led["Location"] == f"{PAUSE}?asset=DOGE&asset=ETH"
    page = read(operator.get(f"/admin/wallet/asset/{chosen[0]}/change/"))
    assert f"{DELIST}?asset=DOGE" in [link.attributes["href"] for link in page.select(".object-tools a")]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("viewer", []),
        ("support", []),
        ("treasury", ["pause", "resume"]),
        ("risk", ["pause", "resume", "delist", "unlist", "list"]),
        ("administrator", ["pause"]),
    ],
)
def test_p20_each_role_does_what_is_its_own(as_role, role, may):
    """P20: pausing waits for nobody; what is for good is risk's alone."""
    client = as_role(role)
    for deed in ("pause", "resume", "delist", "unlist", "list"):
        for ask in (client.get, client.post):
            allowed = {200, 422} if deed in may else {403}
            assert ask(f"/admin/wallet/asset/{deed}/?asset=DOGE").status_code in allowed, deed
    answer = client.get("/admin/wallet/asset/")
    actions = read(answer).select("select[name=action] option")
    assert [one["value"] for one in actions if one["value"]] == may


def test_the_page_asks_as_much_of_ten_assets_as_of_one(operator, world):
    codes = world.hold_more(10)

    def count(some):
        with CaptureQueriesContext(connection) as found:
            assert operator.get(f"{PAUSE}?{'&'.join(f'asset={code}' for code in some)}").status_code == 200
        return len(found)

    count(codes)
    assert count(codes[:1]) == count(codes)


def test_the_list_filters_by_how_an_asset_stands(operator, world):
    today = world.clock().date()
    Asset.objects.filter(code="DOGE").update(delisted_on=today)
    Asset.objects.filter(code="ETH").update(delisted_on="2999-01-01")
    Asset.objects.filter(code="EUR").update(status="unlisted")

    def codes(standing):
        page = read(operator.get(f"/admin/wallet/asset/?standing={standing}"))
        return [cell.text for cell in page.select("#result_list .field-code")]

    assert (codes("delisted"), codes("ahead"), codes("unlisted")) == (["DOGE"], ["ETH"], ["EUR"])
    assert codes("listed") == ["BNB", "BTC", "ETH", "LUNC", "USDT"]


# --- from a file ------------------------------------------------------------------------------------------------------


def test_assets_come_from_a_file_and_each_is_told(operator, text):
    added = send(operator, HEADER + b"XRP,XRP,6,listed\nADA,Cardano,6,unlisted\n")
    assert added.status_code == 302
    assert list(Asset.objects.filter(code__in=["XRP", "ADA"]).values_list("code", "name", "scale", "status")) == [
        ("ADA", "Cardano", 6, "unlisted"),
        ("XRP", "XRP", 6, "listed"),
    ]
    told = StaffAction.objects.filter(object_type="wallet.asset", action="added")
    assert {(one.object_name, one.reason) for one in told} == {
        ("XRP", "From the file assets.csv."),
        ("ADA", "From the file assets.csv."),
    }


def test_a_file_with_one_wrong_row_adds_nothing_and_a_file_sent_twice_neither(operator, text):
    before = Asset.objects.count()
    page = send(operator, HEADER + b"XRP,XRP,6,listed\nADA,Cardano,6.0,listed\n")
    assert page.status_code == 422
    assert "Row 3, column scale: “6.0” is no number of decimal places." in text(page)
    assert Asset.objects.count() == before
    good = HEADER + b"XRP,XRP,6,listed\n"
    assert send(operator, good).status_code == 302
    assert "Row 2, column code: there is an asset XRP already." in text(send(operator, good))


def test_only_who_adds_assets_sends_a_file(as_role):
    for role in ("viewer", "support", "treasury", "administrator"):
        assert send(as_role(role), HEADER + b"XRP,XRP,6,listed\n").status_code == 403
    assert not Asset.objects.filter(code="XRP").exists()


def test_a_file_is_read_nowhere_else_and_none_is_no_fault(operator, text):
    sent = {"reason": "x", "file": SimpleUploadedFile("a.csv", b"x")}
    assert operator.post(f"{PAUSE}?asset=DOGE", sent).status_code == 413
    assert operator.post("/admin/wallet/asset/file/", {}).status_code == 422
    assert send(operator, b"").status_code == 422


NAMED = "/admin/wallet/asset/named/"


def name(client, deed, content):
    return client.post(NAMED, {"deed": deed, "file": SimpleUploadedFile("codes.csv", content)})


def test_assets_that_a_file_names_are_shown_first_and_then_all_of_them_paused(operator, text):
    page = read(name(operator, "pause", b"code\nETH\nDOGE\n"))
    rows = [row.find("th").text for row in page.find("#affected").select("tbody tr")]
    assert [row.partition(" ")[0] for row in rows] == ["DOGE", "ETH"]
    assert not Asset.objects.filter(conversions_paused=True).exists()
    form = page.find("#content-main form")
    codes = [field["value"] for field in form.select("input[name=asset]")]
    assert operator.post(form["action"], {"asset": codes, "reason": "Upgrade.", "do": "1"}).status_code == 302
    paused = Asset.objects.filter(conversions_paused=True).order_by("code").values_list("code", flat=True)
    assert list(paused) == ["DOGE", "ETH"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"code\nDOGE\nXYZ\n", "Row 3, column code: there is no asset “XYZ”."),
        (b"code\nDOGE\nDOGE\n", "Row 3, column code: DOGE stands in row 2 already."),
        (b"asset\nDOGE\n", "Row 1: there is no column “asset”."),
        (b"code\n=DOGE\n", "Row 2, column code: “=DOGE” begins like a formula."),
        (b"code\n" + b"DOGE\n" * 501, "The file has more than 500 rows."),
        (b"\xff\xfeDOGE", "The file is UTF-16."),
    ],
)
def test_a_file_that_names_no_assets_says_row_and_column(operator, text, content, words):
    page = name(operator, "delist", content)
    assert page.status_code == 422
    assert words in text(page)


def test_a_file_names_assets_only_for_what_its_sender_may_do(as_role):
    treasury = as_role("treasury")
    assert name(treasury, "delist", b"code\nDOGE\n").status_code == 422
    assert name(treasury, "pause", b"code\nDOGE\n").status_code == 200
    assert name(as_role("viewer"), "pause", b"code\nDOGE\n").status_code == 403


def test_more_assets_than_an_address_can_name_are_chosen_by_a_file(operator, text):
    keys = [factories.asset(f"LONGCODE{number:04}").pk for number in range(200)]
    sent = {"action": "pause", "_selected_action": keys}
    assert "Choose fewer, or choose them by a file." in text(operator.post("/admin/wallet/asset/", sent, follow=True))
    codes = "".join(f"LONGCODE{number:04}\n" for number in range(200))
    page = read(name(operator, "pause", b"code\n" + codes.encode()))
    assert len(page.select("#affected tbody tr")) == 200
