from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from wallet import money, validators
from wallet.models.fields import rate_field, rate_is_usable
from wallet.models.priced import Priced

if TYPE_CHECKING:
    from wallet.models.assets import Price


class Valued(Priced):
    """With the reference currency: the one that the customer thought in at the quote, and what one of it cost in BTC.

    Without a price of it at the quote or at the settlement there is no worth of that time. No rule ever asks for either.
    """

    currency = models.CharField(
        max_length=16, blank=True, validators=[validators.validate_asset_code], help_text="Empty: none was chosen."
    )
    quoted_currency_rate_btc = rate_field(null=True, blank=True)
    settled_currency_rate_btc = rate_field(null=True, blank=True)
    settled_currency_path = models.CharField(
        max_length=60,
        blank=True,
        help_text="The way that its price came by: it may go by another asset's, as USDT→BTC.",
    )
    settled_currency_legs = models.JSONField(null=True, blank=True, help_text="None of those that ended before 0031.")

    # The columns that a settlement writes of a conversion that it completes.
    SETTLED_CURRENCY = ("settled_currency_rate_btc", "settled_currency_path", "settled_currency_legs")

    class Meta:
        abstract = True
        constraints = [
            *Priced.Meta.constraints,
            models.CheckConstraint(
                condition=Q(currency="") | Q(currency__regex=validators.ASSET_CODE), name="%(class)s_currency_is_plain"
            ),
            models.CheckConstraint(
                condition=Q(quoted_currency_rate_btc__isnull=True)
                | (~Q(currency="") & rate_is_usable("quoted_currency_rate_btc")),
                name="%(class)s_quoted_currency_rate_is_usable",
            ),
            models.CheckConstraint(
                condition=(
                    Q(
                        settled_currency_rate_btc__isnull=True,
                        settled_currency_path="",
                        settled_currency_legs__isnull=True,
                    )
                    | Q(
                        ~Q(currency=""),
                        ~Q(settled_currency_path=""),
                        # Said outright: a comparison with NULL would pass.
                        settled_currency_rate_btc__isnull=False,
                        status="completed",
                    )
                    & rate_is_usable("settled_currency_rate_btc")
                ),
                name="%(class)s_settled_currency_rate_is_usable",
            ),
        ]

    def set_quoted_currency(self, currency: str, rate_btc: Decimal | None) -> None:
        self.currency, self.quoted_currency_rate_btc = currency, rate_btc

    def set_settled_currency(self, price: Price) -> None:
        self.settled_currency_rate_btc, self.settled_currency_path = price.rate_btc, price.path
        self.settled_currency_legs = price.legs

    @property
    def settled_currency(self) -> tuple[Decimal | None, str, money.Legs | None]:
        """Its price at the settlement: the rate, the way, the market's own prices."""
        return self.settled_currency_rate_btc, self.settled_currency_path, self.settled_currency_legs

    @property
    def quoted_worth(self) -> Fraction | None:
        """What the BNB of the quote is worth in hundredths of the currency, exactly; None where that is not known."""
        if self.quoted_currency_rate_btc is None:
            return None
        return _worth(self.quoted_net_units, self.quoted_rate_btc, self.quoted_currency_rate_btc)

    @property
    def received_worth(self) -> Fraction | None:
        """The same of the BNB that was received, when it was; None too where nothing was converted."""
        if self.net_units is None or self.settled_rate_btc is None or self.settled_currency_rate_btc is None:
            return None
        return _worth(self.net_units, self.settled_rate_btc, self.settled_currency_rate_btc)


def _worth(bnb_units: int, bnb_rate_btc: Decimal, currency_rate_btc: Decimal) -> Fraction:
    return money.hundredths(bnb_units, money.BNB_SCALE, bnb_rate_btc, currency_rate_btc)
