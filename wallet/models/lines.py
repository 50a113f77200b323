from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from wallet import money, validators
from wallet.models.assets import Asset
from wallet.models.circumstances import Circumstances
from wallet.models.policy import Policy
from wallet.models.priced import Priced
from wallet.models.status import Status
from wallet.refusals import Code, Refusal, refusal, refuse


class LineQuerySet(models.QuerySet["Line"]):
    def count_by_asset(self, conversions: models.QuerySet[Any], asset_ids: Iterable[int]) -> dict[int, int]:
        """In how many of these conversions each of the assets stands, by its id."""
        found = self.filter(conversion__in=conversions.values("pk"), asset__in=list(asset_ids))
        return dict(found.values_list("asset_id").annotate(models.Count("pk")).order_by())


class Line(Priced):
    """One asset of a conversion: the amount that is given up, and what it comes to."""

    # A quote that is cleared away goes before its lines: the database refuses to let a line go while its conversion is there.
    conversion = models.ForeignKey("Conversion", on_delete=models.DO_NOTHING, related_name="lines", db_index=False)
    asset = models.ForeignKey(Asset, on_delete=models.PROTECT)
    units = models.BigIntegerField()

    objects = LineQuerySet.as_manager()

    UNCHECKED = (*Priced.UNCHECKED, "conversion", "asset")

    class Meta:
        ordering = ["pk"]
        constraints = [
            *Priced.Meta.constraints,
            models.UniqueConstraint(fields=["conversion", "asset"], name="line_once_per_asset"),
            models.CheckConstraint(condition=Q(units__gt=0), name="line_units_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.conversion} {self.asset}"

    def clean(self) -> None:
        """Every rule about one asset of a conversion, by what is stored now. Raises Refused, with all that said no.

        The verbs, which hold locks, ask `judge` of what they found instead.
        """
        refuse(list(self.judge(self.conversion.circumstances(), becoming=self.conversion.status)))

    def judge(self, given: Circumstances, *, becoming: str) -> Iterator[Refusal]:
        """What the rules say against this line of a conversion that is to be quoted, confirmed or completed."""
        if becoming == Status.QUOTED:
            balance = WholeBalance(
                self.asset, self.units, self.quoted_rate_btc, self.quoted_observed_at, self.quoted_net_units
            )
            yield from quote_refusals(balance, policy=self.conversion.policy, at=given.at)
        elif becoming == Status.CONFIRMED:
            yield from said(validators.validate_covered(self.asset.code, given.balance(self.asset_id), self.units))
        elif becoming == Status.COMPLETED:
            yield from self._judge_settlement(given)

    def _judge_settlement(self, given: Circumstances) -> Iterator[Refusal]:
        asset, conversion = self.asset, self.conversion
        code, policy = asset.code, conversion.policy
        confirmed_at, balance = conversion.confirmed_at, given.balance(self.asset_id)
        assert confirmed_at is not None
        yield from said(asset.refusal(given.at))
        unpriced = validators.validate_price(
            code,
            self.settled_rate_btc,
            self.settled_observed_at,
            confirmed_at,
            told=given.told.get(self.asset_id),
        ) or validators.validate_path(code, self.quoted_path, self.settled_path)
        if unpriced:
            yield unpriced
            return
        assert self.settled_rate_btc is not None
        worth = money.value_btc(balance, asset.scale, self.settled_rate_btc)
        yield from said(
            validators.validate_below_limit(code, worth, policy.dust_limit_btc),
            self._change_refusal(),
            validators.validate_covered(code, balance, self.units),
        )
        figures = self.settlement_figures()
        if figures is not None:
            yield from said(validators.validate_yield(code, figures.net))

    def _change_refusal(self) -> Refusal | None:
        """R9. Where rates cannot be compared, the path or the price that is missing is refused by itself."""
        rates = self.bnb_rates
        if rates is None:
            return None
        tolerance = self.conversion.policy.tolerance_percent
        return validators.validate_change(self.asset.code, rates.quoted, rates.settled, tolerance)

    @property
    def bnb_rates(self) -> money.BnbRates | None:
        """What one coin was worth in BNB at the quote and at the settlement; None where that cannot be compared."""
        return money.bnb_rates(self.seen, self.conversion.seen)

    def set_settled_figures(self, figures: money.Figures) -> None:
        """Sets what the line comes to at the settlement's prices, once every rule has let it pass."""
        self.gross_units, self.fee_units, self.net_units, self.value_sats = figures

    def settlement_figures(self) -> money.Figures | None:
        """What the line comes to at the settlement's prices; None without a price of the asset and of BNB."""
        conversion = self.conversion
        if self.settled_rate_btc is None or conversion.settled_rate_btc is None:
            return None
        return money.figures(
            units=self.units,
            scale=self.asset.scale,
            rate_btc=self.settled_rate_btc,
            bnb_rate_btc=conversion.settled_rate_btc,
            fee_percent=conversion.policy.fee_percent,
        )


def said(*answers: Refusal | None) -> Iterator[Refusal]:
    """The refusals among what rules answered."""
    return (answer for answer in answers if answer is not None)


@dataclass(frozen=True, slots=True)
class WholeBalance:
    """A customer's whole balance of an asset, with the asset's price where there is one.

    `net_units` is what it comes to in BNB units, None when there is no price of BNB to say so. `told` are the facts of why
    the asset has no price, `bnb_told` of why BNB has none, where they are known.
    """

    asset: Asset
    units: int
    rate_btc: Decimal | None
    observed_at: datetime | None
    net_units: int | None
    told: Mapping[str, str] = field(default_factory=dict)
    bnb_told: Mapping[str, str] = field(default_factory=dict)


def quote_refusals(balance: WholeBalance, *, policy: Policy, at: datetime) -> Iterator[Refusal]:
    """Every rule about one balance before it is quoted; the dust page's reasons and the quote's validation alike."""
    asset, code = balance.asset, balance.asset.code
    yield from said(validators.validate_source(code), asset.refusal(at))
    oldest = at - policy.price_age
    unpriced = validators.validate_price(code, balance.rate_btc, balance.observed_at, oldest, told=balance.told)
    if unpriced:
        yield unpriced
        return
    assert balance.rate_btc is not None
    worth = money.value_btc(balance.units, asset.scale, balance.rate_btc)
    yield from said(validators.validate_below_limit(code, worth, policy.dust_limit_btc))
    if balance.net_units is None:
        yield refusal(Code.PRICE_UNAVAILABLE, asset=validators.BNB, **balance.bnb_told)
    else:
        yield from said(validators.validate_yield(code, balance.net_units))
