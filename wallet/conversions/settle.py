"""Settle: claims confirmed conversions and finishes them, or leaves them as they were; one alone, or a round together."""

from dataclasses import dataclass
from itertools import takewhile

from wallet.conversions import settlement
from wallet.conversions.claims import Claim, claim, claim_chunk, give_back, lapse
from wallet.conversions.settlement import PricesPending
from wallet.database.retrying import Busy
from wallet.logs import get_logger
from wallet.models import Conversion

log = get_logger(__name__)

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
    except Exception as error:
        lapse(claimed, error)
        raise
    for unpriced in outcome.unpriced:
        give_back(claimed)
        assert unpriced.confirmed_at is not None
        raise PricesPending(unpriced.confirmed_at)
    return outcome.ended[0]


@dataclass(frozen=True, slots=True)
class Settled:
    """What a round came to."""

    finished: int
    goes_on: bool  # it tried as many as it may, to some avail: whoever goes on may find more


def settle_round(*, at_most: int = AT_ONCE) -> Settled:
    """Finishes those that the market has answered, or that have waited too long, chunk after chunk.

    What has lost an attempt is left alone: it may be what its worker died of. Others may do the same at the same moment.
    Each is tried once, `at_most` of them. Those whose customers somebody holds come last, so that nobody waits for them, and
    end with the first who is held still: the sweep sends the others again. Raises Busy when the database could not decide for
    the time being.
    """
    tried = 0
    left: list[str] = []
    held: list[str] = []
    while tried < at_most and (claimed := claim_chunk(besides=[*left, *held])):
        tried += len(claimed.references)
        unfinished = _settle_chunk(claimed)
        left += unfinished.tried
        held += unfinished.held
    finished = tried - len(left) - len(held) + sum(1 for _ in takewhile(_is_settled_alone, held))
    # Where nothing can be finished for now, going on would find the same again and again.
    return Settled(finished, goes_on=finished > 0 and tried >= at_most)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What was left of a chunk, by reference."""

    tried: list[str]
    held: list[str]  # by somebody, with their customers


def _settle_chunk(claimed: Claim) -> Unfinished:
    """Settles a chunk together, but for those whose customers somebody holds; one that is refused as a whole, one by one."""
    try:
        outcome = settlement.complete_or_stop(claimed.references, waits=False)
    except Busy:
        give_back(claimed)
        raise
    except Exception:  # whatever one of them makes go wrong must not become the others' fault
        log.exception("chunk_refused", conversions=len(claimed.references), then="each is settled alone")
        give_back(claimed)
        return Unfinished([reference for reference in claimed.references if not _is_settled_alone(reference)], held=[])
    unpriced = [conversion.reference for conversion in outcome.unpriced]
    decided = {*unpriced, *(conversion.reference for conversion in outcome.ended)}
    held = [reference for reference in claimed.references if reference not in decided]
    if unpriced or held:
        give_back(claimed, [*unpriced, *held])
    return Unfinished(unpriced, held)


def _is_settled_alone(reference: str) -> bool:
    """Settles one of a chunk by itself; whether it was finished. What went wrong is logged, and the attempt is lost."""
    try:
        return settle(reference=reference) is not None
    except PricesPending:
        log.warning("price_gone", reference=reference, then="the sweep asks for one")
    except Busy:
        log.warning("too_busy", at="settle", reference=reference, then="the sweep sends it again")
    except Exception:
        log.exception("settle_failed", reference=reference)
    return False
