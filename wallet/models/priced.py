from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from django.db import models
from django.db.models import F, Q

from wallet import money, validators
from wallet.models.assets import Price
from wallet.models.fields import rate_field, rate_is_usable
from wallet.refusals import Refusal


def change_between(
    quoted_path: str,
    quoted_legs: list[dict[str, str]],
    settled_path: str,
    settled_legs: list[dict[str, str]] | None,
) -> Fraction | None:
    """By which fraction a rate changed between two sets of the market's prices; None where they cannot be compared."""
    if settled_legs is None or settled_path != quoted_path:
        return None
    return money.change(money.exact_rate(quoted_legs), money.exact_rate(settled_legs))


class Priced(models.Model):
    """A price and the figures that follow from it, as quoted and as settled.

    A line holds its asset's price and its own figures; a conversion holds BNB's price and the sums of its lines.
    """

    quoted_rate_btc = rate_field()
    quoted_path = models.CharField(max_length=60)
    quoted_legs = models.JSONField()
    quoted_source = models.CharField(max_length=40)
    quoted_observed_at = models.DateTimeField()
    quoted_gross_units = models.BigIntegerField()
    quoted_fee_units = models.BigIntegerField()
    quoted_net_units = models.BigIntegerField()
    quoted_value_sats = models.BigIntegerField()

    settled_rate_btc = rate_field(null=True, blank=True)
    settled_path = models.CharField(max_length=60, blank=True)
    settled_legs = models.JSONField(null=True, blank=True)
    settled_source = models.CharField(max_length=40, blank=True)
    settled_observed_at = models.DateTimeField(null=True, blank=True)
    gross_units = models.BigIntegerField(null=True, blank=True)
    fee_units = models.BigIntegerField(null=True, blank=True)
    net_units = models.BigIntegerField(null=True, blank=True)
    value_sats = models.BigIntegerField(null=True, blank=True)

    # The columns that a settlement writes: the price always, the figures when it was completed.
    SETTLED_PRICE = ("settled_rate_btc", "settled_path", "settled_legs", "settled_source", "settled_observed_at")
    FIGURES = ("gross_units", "fee_units", "net_units", "value_sats")
    # What validation leaves to the database, which checks it anyway: foreign keys, and JSON that may be empty.
    UNCHECKED: tuple[str, ...] = ("quoted_legs", "settled_legs")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=rate_is_usable("quoted_rate_btc"), name="%(class)s_quoted_rate_is_usable"),
            models.CheckConstraint(
                condition=Q(settled_rate_btc__isnull=True) | rate_is_usable("settled_rate_btc"),
                name="%(class)s_settled_rate_is_usable",
            ),
            models.CheckConstraint(
                condition=Q(
                    quoted_net_units=F("quoted_gross_units") - F("quoted_fee_units"),
                    quoted_net_units__gte=1,
                    quoted_fee_units__gte=0,
                    quoted_value_sats__gte=0,
                ),
                name="%(class)s_quoted_figures_add_up",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        gross_units__isnull=True,
                        fee_units__isnull=True,
                        net_units__isnull=True,
                        value_sats__isnull=True,
                    )
                    | Q(
                        # Said outright: a comparison with NULL would pass.
                        gross_units__isnull=False,
                        fee_units__isnull=False,
                        net_units__isnull=False,
                        value_sats__isnull=False,
                        net_units=F("gross_units") - F("fee_units"),
                        net_units__gte=1,
                        fee_units__gte=0,
                        value_sats__gte=0,
                    )
                ),
                name="%(class)s_figures_add_up",
            ),
        ]

    @property
    def change(self) -> Fraction | None:
        """R9: by which fraction the rate changed from the quote to the settlement, by the market's own prices.

        None where the two cannot be compared: without a settlement price, or when it came by another path.
        """
        return change_between(self.quoted_path, self.quoted_legs, self.settled_path, self.settled_legs)

    def set_quoted_price(self, price: Price) -> None:
        self.quoted_rate_btc = price.rate_btc
        self.quoted_path = price.path
        self.quoted_legs = price.legs
        self.quoted_source = price.source
        self.quoted_observed_at = price.observed_at

    def set_quoted_figures(self, figures: money.Figures) -> None:
        self.quoted_gross_units, self.quoted_fee_units = figures.gross, figures.fee
        self.quoted_net_units, self.quoted_value_sats = figures.net, figures.value

    def set_settled_price(self, price: Price) -> None:
        self.settled_rate_btc = price.rate_btc
        self.settled_path = price.path
        self.settled_legs = price.legs
        self.settled_source = price.source
        self.settled_observed_at = price.observed_at

    def change_refusal(self, code: str, tolerance_percent: Decimal) -> Refusal | None:
        """R9 for this price, by the market's own prices, once the settlement's are set."""
        assert self.settled_legs is not None
        quoted, settled = money.exact_rate(self.quoted_legs), money.exact_rate(self.settled_legs)
        return validators.validate_change(code, quoted, settled, tolerance_percent)
