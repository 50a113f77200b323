"""Settle: claims confirmed conversions and finishes them, or leaves them as they were; one alone, or a round together."""

import logging

from wallet.conversions import settlement
from wallet.conversions.claims import Claim, claim, claim_chunk, give_back, lapse
from wallet.conversions.settlement import PricesPending
from wallet.database.retrying import Busy
from wallet.models import Conversion

log = logging.getLogger(__name__)

# How many conversions one call settles at the most.
AT_ONCE = 500


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
        outcome = settlement.complete_or_stop(claimed.references, waits=True)
    except Busy:
        give_back(claimed)
        raise
    except Exception:
        lapse(claimed)
        raise
    for unpriced in outcome.unpriced:
        give_back(claimed)
        assert unpriced.confirmed_at is not None
        raise PricesPending(unpriced.confirmed_at)
    return outcome.ended[0]


def settle_round(*, at_most: int = AT_ONCE) -> int:
    """Finishes those that the market has answered, or that have waited too long, chunk after chunk; how many it finished.

    What has lost an attempt is left alone: it may be what its worker died of. Others may do the same at the same moment.
    Each is tried once, `at_most` of them. Raises Busy when the database could not decide for the time being.
    """
    tried = 0
    left: list[str] = []
    while tried < at_most and (claimed := claim_chunk(besides=left)):
        tried += len(claimed.references)
        left += _settle_chunk(claimed)
    return tried - len(left)


def _settle_chunk(claimed: Claim) -> list[str]:
    """Settles a chunk together; those whose customers somebody holds, and all of one that is refused as a whole, alone.

    Which of them it did not finish.
    """
    try:
        outcome = settlement.complete_or_stop(claimed.references, waits=False)
    except Busy:
        give_back(claimed)
        raise
    except Exception:  # whatever one of them makes go wrong must not become the others' fault
        log.exception("%d conversions could not be settled together; each is settled alone", len(claimed.references))
        give_back(claimed)
        return [reference for reference in claimed.references if not _is_settled_alone(reference)]
    ended = {conversion.reference for conversion in outcome.ended}
    unpriced = {conversion.reference for conversion in outcome.unpriced}
    left = [reference for reference in claimed.references if reference not in ended]
    if left:
        give_back(claimed, left)
    return [reference for reference in left if reference in unpriced or not _is_settled_alone(reference)]


def _is_settled_alone(reference: str) -> bool:
    """Settles one of a chunk by itself; whether it was finished. What went wrong is logged, and the attempt is lost."""
    try:
        return settle(reference=reference) is not None
    except PricesPending:
        log.warning("no price for %s since Confirm any more; the sweep will ask for one", reference)
    except Busy:
        log.warning("too busy to settle %s; the sweep will send it again", reference)
    except Exception:
        log.exception("conversion %s could not be settled", reference)
    return False
