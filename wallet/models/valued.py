from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from wallet import money, validators
from wallet.models.fields import rate_field, rate_is_usable

if TYPE_CHECKING:
    from wallet.models.assets import Price


class Valued(models.Model):
    """The reference currency of a conversion: the one its customer thought in at the quote, and what one of it cost in BTC.

    Without a price at the quote or at the settlement there is no worth of that time. No rule ever asks for either.
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

    # The columns that a settlement writes of a conversion that it completes.
    SETTLED_CURRENCY = ("settled_currency_rate_btc", "settled_currency_path")

    class Meta:
        abstract = True
        constraints = [
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
                    Q(settled_currency_rate_btc__isnull=True, settled_currency_path="")
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

    def quoted_worth(self, units: int, scale: int, rate_btc: Decimal) -> Fraction | None:
        """What an amount was worth at the quote in hundredths of the currency, exactly; None where that is not known."""
        return _worth(units, scale, rate_btc, self.quoted_currency_rate_btc)

    def settled_worth(self, units: int | None, scale: int, rate_btc: Decimal | None) -> Fraction | None:
        """The same at the settlement; None too where nothing was converted."""
        return _worth(units, scale, rate_btc, self.settled_currency_rate_btc)

    def set_settled_currency(self, price: Price) -> None:
        self.settled_currency_rate_btc, self.settled_currency_path = price.rate_btc, price.path


def _worth(
    units: int | None, scale: int, rate_btc: Decimal | None, currency_rate_btc: Decimal | None
) -> Fraction | None:
    if units is None or rate_btc is None or currency_rate_btc is None:
        return None
    return money.hundredths(units, scale, rate_btc, currency_rate_btc)
