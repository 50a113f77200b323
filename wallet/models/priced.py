from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from wallet import money
from wallet.models.assets import Price
from wallet.models.fields import rate_field, rate_is_usable


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
    def seen(self) -> money.Seen:
        return money.Seen(self.quoted_path, self.quoted_legs, self.settled_path, self.settled_legs)

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
