"""The database itself keeps BTC and BNB listed, and wants a reason for a pause and for a closing (P20)."""

import pytest
from django.db import IntegrityError

from tests.support.attacks import refused, sql
from wallet.models import Asset, Opening

CORE = "asset_btc_and_bnb_stay_listed|CHECK constraint failed"


@pytest.mark.parametrize("code", ["BTC", "BNB"])
def test_btc_and_bnb_stay_listed_whoever_asks(world, code):
    refused(
        lambda: sql("UPDATE wallet_asset SET status = 'delisted' WHERE code = %s", code),
        lambda: sql("UPDATE wallet_asset SET status = 'unlisted' WHERE code = %s", code),
        lambda: sql("UPDATE wallet_asset SET delisted_on = '2999-01-01' WHERE code = %s", code),
        lambda: Asset.objects.filter(code=code).update(status="delisted"),
        by=CORE,
    )
    assert Asset.objects.get(code=code).status == "listed"


def test_a_pause_has_a_reason_that_is_more_than_blanks(world):
    refused(
        lambda: Asset.objects.filter(code="DOGE").update(conversions_paused=True, pause_reason=""),
        lambda: Asset.objects.filter(code="DOGE").update(conversions_paused=True, pause_reason="   "),
        by="asset_pause_has_reason",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"cause": "bnb", "is_open": False, "notice": "x", "reason": ""},
        {"cause": "bnb", "is_open": False, "notice": "x", "reason": "x", "closes_at": "2999-01-01T00:00Z"},
        {"cause": "treasury", "is_open": True, "reason": "x"},
        {"cause": "treasury", "is_open": False, "notice": "x", "reason": ""},
        {"cause": "other", "is_open": False, "notice": "x", "reason": "x"},
    ],
)
def test_a_closing_fits_its_cause(db, fields):
    with pytest.raises(IntegrityError, match="opening_fits_its_cause"):
        Opening.objects.create(**fields)
