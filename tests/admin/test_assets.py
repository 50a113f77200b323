import pytest

from wallet.models import Asset


def test_an_asset_is_delisted_here(operator):
    asset = Asset.objects.get(code="ETH")
    fields = {
        "code": "ETH",
        "name": "Ethereum",
        "status": "delisted",
        "scale": 8,
        "delisted_on": "2026-11-03",
        "pause_reason": "",
    }
    assert operator.post(f"/admin/wallet/asset/{asset.pk}/change/", fields).status_code == 302
    asset.refresh_from_db()
    assert asset.status == "delisted"


@pytest.mark.parametrize(
    ("code", "changes", "words"),
    [
        ("ETH", {"scale": 6}, "This asset has ledger entries"),
        ("ETH", {"code": "ETH2"}, "This asset has ledger entries"),
        ("ETH", {"conversions_paused": "on"}, "Say why conversions are paused"),
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
