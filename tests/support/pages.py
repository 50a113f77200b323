"""Plain makers of what pages are made of. Nothing here asks a database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib import import_module

from tests.support.factories import ASSETS
from wallet import money
from wallet.eligibility import Eligibility
from wallet.models import Asset, Conversion, Policy, Price, Service
from wallet.models.opening import Closure
from wallet.portfolio import Holding, Portfolio
from wallet.refusals import Refusal

NOW = datetime(2026, 11, 22, 14, 32, 7, tzinfo=UTC)
OPEN = Service(closure=None, planned=None)
REFERENCE = "CV-7K2M-94QX"


def policy(**changes: object) -> Policy:
    """The article's figures, but for the changes."""
    return Policy(**{**import_module("wallet.migrations.0003_first_policy").FIRST, **changes})


def price(code: str, *, age_seconds: int = 0) -> Price:
    rate = Decimal(ASSETS[code][2])
    return Price(asset=Asset(code=code), rate_btc=rate, observed_at=NOW - timedelta(seconds=age_seconds))


def holding(
    code: str, amount: str, *, refusal: Refusal | None = None, is_priced: bool = True, fee_percent: int = 0
) -> Holding:
    """A balance of one of the factories' assets, at their prices."""
    name, scale, rate = ASSETS[code]
    units, rate_btc = money.to_units(amount, scale), Decimal(rate)
    asset = Asset(code=code, name=name, scale=scale)
    if not is_priced:
        return Holding(asset, units, None, None, None, refusal)
    figures = money.figures(
        units=units,
        scale=scale,
        rate_btc=rate_btc,
        bnb_rate_btc=Decimal(ASSETS["BNB"][2]),
        fee_percent=Decimal(fee_percent),
    )
    return Holding(asset, units, price(code), figures, figures.value, refusal)


def portfolio(*holdings: Holding, is_bnb_priced: bool = True, **changes: object) -> Portfolio:
    return Portfolio(policy(**changes), NOW, price("BNB") if is_bnb_priced else None, list(holdings))


def eligibility(
    *, closure: Closure | None = None, is_running: bool = False, wait: timedelta | None = None
) -> Eligibility:
    """What stands in the way: nothing, or what is given here."""
    return Eligibility(
        policy=policy(),
        service=Service(closure=closure, planned=None),
        in_progress=Conversion(reference=REFERENCE) if is_running else None,
        until_at=NOW + wait if wait else None,
        now=NOW,
    )


def closing(notice: str = "Back soon.", *, hours: int | None = None) -> Closure:
    """A closing that began a minute ago, for these hours or without an end."""
    reopens_at = NOW + timedelta(hours=hours) if hours else None
    return Closure(closes_at=NOW - timedelta(minutes=1), reopens_at=reopens_at, notice=notice)
