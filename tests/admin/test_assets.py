import pytest

from wallet.models import Asset

FORGED = {"status": "delisted", "delisted_on": "2026-11-03", "conversions_paused": "on", "pause_reason": "Mine."}


def test_how_an_asset_stands_is_not_changed_by_its_form(operator):
    """A forged field is not read: it has pages of its own, which ask why."""
    asset = Asset.objects.get(code="ETH")
    fields = {"code": "ETH", "name": "Ether", "scale": 8, **FORGED}
    assert operator.post(f"/admin/wallet/asset/{asset.pk}/change/", fields).status_code == 302
    asset.refresh_from_db()
    assert (asset.name, asset.status, asset.delisted_on, asset.conversions_paused) == ("Ether", "listed", None, False)


def test_a_new_asset_is_listed_or_not_and_never_delisted(operator, text):
    new = {"code": "XRP", "name": "XRP", "scale": "6"}
    assert "Select a valid choice" in text(operator.post("/admin/wallet/asset/add/", {**new, "status": "delisted"}))
    assert operator.post("/admin/wallet/asset/add/", {**new, "status": "unlisted"}).status_code == 302
    assert Asset.objects.get(code="XRP").status == "unlisted"
    core = {"code": "BNBX", "name": "x", "scale": "19", "status": "listed"}
    assert "less than or equal to 18" in text(operator.post("/admin/wallet/asset/add/", core))


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("ETH", {"scale": 6}, "This asset has ledger entries"),
        ("ETH", {"code": "ETH2"}, "This asset has ledger entries"),
        ("ETH", {"code": "ВТС"}, "letters A–Z and digits"),
        ("USDT", {"scale": 19}, "less than or equal to 18"),
        ("BTC", {"code": "XBT"}, "BTC keeps its code"),
        ("BNB", {"scale": 6}, "BNB keeps its code"),
    ],
)
def test_what_would_break_an_asset_is_refused_in_words(operator, text, code, changes, words):
    asset = Asset.objects.get(code=code)
    fields = {"code": code, "name": asset.name, "status": "listed", "scale": asset.scale, "pause_reason": ""} | changes
    page = operator.post(f"/admin/wallet/asset/{asset.pk}/change/", fields)
    assert page.status_code == 200
    assert words in text(page)


def test_an_asset_is_deactivated_and_never_deleted(operator):
    asset = Asset.objects.get(code="ETH")
    assert operator.post(f"/admin/wallet/asset/{asset.pk}/delete/", {"post": "yes"}).status_code == 403
