"""Why something may not be done: a code, the facts, and the words that a customer reads.

The code and the facts are stored with a conversion that was stopped, so every later page says the same, in each reader's
own language, time zone and way of writing numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from string import Formatter
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wallet import formats


class Code(StrEnum):
    """Every reason there is, in the order in which they are reported when several say no: R7 and R8, R6, R1, R9, the rest."""

    QUOTE_EXPIRED = "quote_expired"
    WAIT = "wait"
    IS_BNB = "is_bnb"
    UNLISTED = "unlisted"
    DELISTED = "delisted"
    PAUSED = "paused"
    PRICE_UNAVAILABLE = "price_unavailable"
    PATH_CHANGED = "path_changed"
    OVER_LIMIT = "over_limit"
    PRICE_CHANGED = "price_changed"
    BALANCE_CHANGED = "balance_changed"
    TOO_SMALL = "too_small"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    NOTHING_SELECTED = "nothing_selected"
    UNKNOWN_ASSET = "unknown_asset"
    TOO_LATE = "too_late"
    HOUSE_LIMIT = "house_limit"
    STOPPED_BY_STAFF = "stopped_by_staff"
    ATTEMPTS = "attempts"


class Why(StrEnum):
    """Why an asset has no price although the market is asked, as customers are told it."""

    CLOSED = "closed"
    WIDE = "wide"
    DISAGREE = "disagree"
    JUMP = "jump"
    VENUES = "venues"
    BITCOIN = "bitcoin"
    ALONE = "alone"
    UNTRADED = "untraded"
    UNUSABLE = "unusable"


_REPORTED = {code: place for place, code in enumerate(Code)}


class Words(NamedTuple):
    cause: str
    detail: str


class Saying(NamedTuple):
    """What is said of a code: one cause, the first whose facts are all known, and each further sentence whose facts are.

    `stopped` is what is said in short of a conversion that was stopped by it.
    """

    causes: tuple[Any, ...]
    details: tuple[Any, ...]
    stopped: Any = ""


SAYINGS = {
    # R6
    Code.UNLISTED: Saying(
        (_("Not listed."),),
        (_("{asset} is not traded here, so it can’t be converted."),),
        stopped=_("Stopped: not listed"),
    ),
    Code.DELISTED: Saying(
        (_("Delisted on {delisted_on}."), _("Delisted.")),
        (_("{asset} can’t be converted any more."), _("It can be withdrawn until {withdraw_until}.")),
        stopped=_("Stopped: delisted"),
    ),
    Code.PAUSED: Saying((_("Conversions paused for {asset}."),), ("{reason}",), stopped=_("Stopped: asset paused")),
    Code.IS_BNB: Saying((_("Already BNB."),), (_("BNB is what small balances are converted to."),)),
    # a price that is missing, not usable, or too old
    Code.PRICE_UNAVAILABLE: Saying(
        (_("Price unavailable."),),
        (_("There is no current price for {asset}."), "{why}", "{again}"),
        stopped=_("Stopped: no price"),
    ),
    Code.PATH_CHANGED: Saying(
        (_("The way {asset} is priced changed."),),
        (_("Its price before and after can’t be compared. Try again with new prices."),),
        stopped=_("Stopped: priced differently"),
    ),
    # R1
    Code.OVER_LIMIT: Saying(
        (_("Worth {limit} BTC or more."),),
        (_("At {value} BTC, {asset} is not below the small-balance limit."),),
        stopped=_("Stopped: no longer small"),
    ),
    Code.TOO_SMALL: Saying(
        (_("Too small to convert."),),
        (_("{asset} would convert to less than {least} BNB."),),
        stopped=_("Stopped: too small"),
    ),
    # R9
    Code.PRICE_CHANGED: Saying(
        (_("The price of {asset} in BNB moved {change}."),),
        (_("To protect you, nothing is converted when an asset’s price in BNB moves {tolerance} or more."),),
        stopped=_("Stopped: price moved"),
    ),
    Code.BALANCE_CHANGED: Saying(
        (_("Your {asset} balance changed."),), (_("Check the new amounts."),), stopped=_("Stopped: balance changed")
    ),
    # R7, R8
    Code.WAIT: Saying(
        (_("You can convert again at {until_at}."),),
        (_("One conversion {interval} is possible."),),
        stopped=_("Stopped: too early"),
    ),
    Code.QUOTE_EXPIRED: Saying(
        (_("These prices are out of date."),),
        (_("Nothing was converted. Check the new prices and confirm again."),),
    ),
    Code.IN_PROGRESS: Saying(
        (_("A conversion is in progress."),), (_("You can start another one when it has finished."),)
    ),
    Code.CLOSED: Saying(
        (_("Sorry, you can’t convert balances right now."),),
        (_("You’ll be able to from {reopens_at}."), _("Your balances haven’t changed."), "{notice}"),
    ),
    Code.NOTHING_SELECTED: Saying((_("Choose at least one balance to convert."),), ()),
    Code.UNKNOWN_ASSET: Saying(
        (_("That selection has an asset that isn’t in your wallet."),), (_("Nothing was converted. Choose again."),)
    ),
    # why a confirmed conversion was given up
    Code.TOO_LATE: Saying(
        (_("It could not be converted within {longest_wait}."),),
        (_("A conversion only happens at a price seen soon after you confirm."),),
        stopped=_("Stopped: took too long"),
    ),
    # M10: the house's own figures are nobody else's business
    Code.HOUSE_LIMIT: Saying(
        (_("Conversions were paused for a check."),),
        (
            _("We look into it when unusually much is converted within minutes."),
            _("You can try again when conversions are open."),
        ),
        stopped=_("Stopped: conversions paused"),
    ),
    # P20: why is between the staff and the customer; the log has their words
    Code.STOPPED_BY_STAFF: Saying(
        (_("Our support team stopped it."),),
        (_("Ask support if you want to know why. You can try again with new prices."),),
        stopped=_("Stopped: by support"),
    ),
    Code.ATTEMPTS: Saying(
        (_("It could not be finished in {attempts} attempts."),), (_("Our operators have been told."),)
    ),
}

# The fact `why` of a price that is unavailable, as a sentence.
WHYS = {
    Why.CLOSED: _("Its market is closed at the moment."),
    Why.WIDE: _("Offers to buy and to sell it are {share} apart at the moment."),
    Why.DISAGREE: _("Its markets disagree by {share}."),
    Why.JUMP: _("Its price jumped by {share}. It counts again once that is confirmed."),
    Why.VENUES: _("Another exchange’s price for it is {share} off."),
    Why.BITCOIN: _("Another exchange’s price for BTC, which every price is reckoned in, is {share} off."),
    Why.ALONE: _("Only one market trades it, and nothing confirms its price."),
    Why.UNTRADED: _("The exchange has no market that leads from it to BTC."),
    Why.UNUSABLE: _("The exchange shows no usable offers for it."),
}


# What may last for days: nobody is told to try again in a few minutes.
LASTING = {Why.WIDE, Why.DISAGREE, Why.ALONE, Why.UNTRADED}


def _date(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _moment(text: str) -> str:
    return formats.time_on_date(datetime.fromisoformat(text))


def _moment_of_these_days(text: str) -> str:
    return formats.time_and_day(datetime.fromisoformat(text))


# How a stored fact is written; the others are what they are.
WRITTEN: dict[str, Callable[[Any], str]] = {
    "delisted_on": _date,
    "withdraw_until": _date,
    "until_at": _moment,
    "reopens_at": _moment_of_these_days,
    "interval": formats.every,
    "longest_wait": formats.duration,
    "limit": formats.local,
    "value": formats.local,
    "change": formats.percent,
    "tolerance": formats.percent,
    "share": lambda text: formats.percent(text.lstrip("-")),
}


def why_sentence(facts: Mapping[str, Any]) -> str:
    """Why there is no price, by these facts; empty where nobody knows, or where they lack what the sentence asks for."""
    return _why(_written(facts))


def _why(known: Mapping[str, str]) -> str:
    text = str(WHYS.get(known.get("why", ""), ""))  # type: ignore[call-overload]
    return text.format(**known) if all(name in known for name in _places(text)) else ""


def _written(facts: Mapping[str, Any]) -> dict[str, str]:
    return {name: WRITTEN.get(name, str)(fact) for name, fact in facts.items() if fact}


def explain(code: str, facts: Mapping[str, Any]) -> Words:
    """The words for a code and its stored facts, in the reader's language and time zone."""
    known = _written(facts)
    why = _why(known)
    again = "" if why and known["why"] in LASTING else str(_("Try again in a few minutes."))
    known |= {"least": formats.coin(1), "why": why, "again": again}
    saying = SAYINGS[Code(code)]
    causes, details = (
        [text.format(**known) for text in map(str, texts) if all(name in known for name in _places(text))]
        for texts in (saying.causes, saying.details)
    )
    # A record may lack a fact that the words ask for by now: then what stands in short is said.
    return Words(next(iter(causes), str(saying.stopped)), " ".join(filter(None, details)))


def stopped_by(code: str) -> str:
    """What is said in short of a conversion that was stopped by this code; empty where nothing can be stopped by it."""
    return str(SAYINGS[Code(code)].stopped)


@cache
def _places(text: str) -> list[str]:
    return [name for _text, name, _format, _conversion in Formatter().parse(text) if name]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a rule answers when it says no. `code` and `facts` are for machines and for the record, `words` for people."""

    code: Code
    facts: Mapping[str, Any]

    @property
    def words(self) -> Words:
        return explain(self.code, self.facts)

    @property
    def text(self) -> str:
        return " ".join(part for part in self.words if part)

    @property
    def record(self) -> dict[str, Any]:
        """As it is stored with a conversion."""
        return {"code": self.code.value, "facts": dict(self.facts)}


def refusal(code: Code, **facts: Any) -> Refusal:
    return Refusal(code, facts)


def in_order(refusals: list[Refusal]) -> list[Refusal]:
    """By rule, then by asset: the first is the one that is reported."""
    return sorted(refusals, key=lambda one: (_REPORTED[one.code], one.facts.get("asset", "")))


def told(reasons: Sequence[Mapping[str, Any]]) -> Refusal:
    """Of a conversion's stored reasons the one that customers are told: the first, or of prices the one that moved most."""
    found = [Refusal(Code(reason["code"]), reason["facts"]) for reason in reasons]
    moved = [one for one in found if one.code is Code.PRICE_CHANGED]
    return max(moved, key=lambda one: Decimal(one.facts["change"])) if found[0] in moved else found[0]


class Refused(ValidationError):
    """Raised where rules said no. `refusals` are all of them in the order of report; the text is the customer's."""

    def __init__(self, *refusals: Refusal) -> None:
        self.refusals = tuple(in_order(list(refusals)))
        super().__init__([ValidationError(one.text, code=one.code.value) for one in self.refusals])
        self.code = self.refusal.code

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), self.refusals

    @property
    def refusal(self) -> Refusal:
        """The one that is reported."""
        return self.refusals[0]

    @property
    def text(self) -> str:
        return self.refusal.text


def refuse(refusals: list[Refusal]) -> None:
    """Raises Refused when there are any."""
    if refusals:
        raise Refused(*refusals)
