"""Settle: claims a confirmed conversion and finishes it, or leaves it as it was."""

from wallet.conversions import settlement
from wallet.conversions.claims import claim, give_back
from wallet.conversions.settlement import PricesPending
from wallet.database.retrying import Busy
from wallet.models import Conversion


def settle(*, reference: str) -> Conversion | None:
    """Finishes a confirmed conversion at prices observed at or after Confirm: completed, or stopped with the reason.

    Runs twice or late without harm: None when there is nothing to do, because it is finished or claimed by another.
    Raises PricesPending when the market has not answered since Confirm, Busy when the database could not decide for the
    time being; neither uses up an attempt.
    """
    claimed = claim(reference)
    if claimed is None:
        return None
    try:
        return settlement.complete_or_stop(reference)
    except (PricesPending, Busy):
        give_back(claimed)
        raise
