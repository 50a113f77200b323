"""Why something may not be done: a machine code, the facts, and the words that a customer reads.

The code and the facts are stored with a conversion that was stopped, so every later page says the same, in each reader's
own language, time zone and way of writing numbers.
"""

from collections.abc import Callable
from datetime import date, datetime
from functools import cache
from string import Formatter
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from wallet import formats


class Words(NamedTuple):
    cause: str
    detail: str


class Saying(NamedTuple):
    """What is said of a code: one cause, the first whose facts are all known, and each further sentence whose facts are."""

    causes: tuple[Any, ...]
    details: tuple[Any, ...]


SAYINGS = {
    # R6
    "unlisted": Saying((_("Not listed."),), (_("{asset} is not traded here, so it can’t be converted."),)),
    "delisted": Saying(
        (_("Delisted on {delisted_on}."), _("Delisted.")),
        (_("{asset} can’t be converted any more."), _("It can be withdrawn until {withdraw_until}.")),
    ),
    "paused": Saying((_("Conversions paused for {asset}."),), ("{reason}",)),
    "is_bnb": Saying((_("Already BNB."),), (_("BNB is what small balances are converted to."),)),
    # a price that is missing, not usable, or too old
    "price_unavailable": Saying(
        (_("Price unavailable."),), (_("There is no current price for {asset}. Try again in a few minutes."),)
    ),
    "path_changed": Saying(
        (_("The way {asset} is priced changed."),),
        (_("Its price before and after can’t be compared. Try again with new prices."),),
    ),
    # R1
    "over_limit": Saying(
        (_("Worth {limit} BTC or more."),), (_("At {value} BTC, {asset} is not below the small-balance limit."),)
    ),
    "too_small": Saying((_("Too small to convert."),), (_("{asset} would convert to less than {least} BNB."),)),
    # R9
    "price_changed": Saying(
        (_("The price of {asset} moved {change}."),),
        (_("To protect you, nothing is converted when a price moves {tolerance} or more."),),
    ),
    "balance_changed": Saying((_("Your {asset} balance changed."),), (_("Check the new amounts."),)),
    # R7, R8
    "wait": Saying((_("You can convert again at {until_at}."),), (_("One conversion every {interval} is possible."),)),
    "quote_expired": Saying(
        (_("These prices are out of date."),),
        (_("Nothing was converted. Check the new prices and confirm again."),),
    ),
    "in_progress": Saying(
        (_("A conversion is in progress."),), (_("You can start another one when it has finished."),)
    ),
    "closed": Saying(
        (_("Sorry, you can’t convert balances right now."),),
        (_("You’ll be able to from {reopens_at}."), _("Your balances haven’t changed."), "{notice}"),
    ),
    "nothing_selected": Saying((_("Choose at least one balance to convert."),), ()),
    "unknown_asset": Saying(
        (_("That selection has an asset that isn’t in your wallet."),), (_("Nothing was converted. Choose again."),)
    ),
    # why a confirmed conversion was given up
    "too_late": Saying(
        (_("It could not be converted within {longest_wait}."),),
        (_("A conversion only happens at a price seen soon after you confirm."),),
    ),
    "attempts": Saying((_("It could not be finished in {attempts} attempts."),), (_("Our operators have been told."),)),
}


# In short, for a conversion that was stopped by it.
STOPPED = {
    "wait": _("Stopped: too early"),
    "unlisted": _("Stopped: not listed"),
    "delisted": _("Stopped: delisted"),
    "paused": _("Stopped: asset paused"),
    "price_unavailable": _("Stopped: no price"),
    "path_changed": _("Stopped: priced differently"),
    "over_limit": _("Stopped: no longer small"),
    "price_changed": _("Stopped: price moved"),
    "balance_changed": _("Stopped: balance changed"),
    "too_small": _("Stopped: too small"),
    "too_late": _("Stopped: took too long"),
}


def _date(text: str) -> str:
    return formats.day(date.fromisoformat(text))


def _moment(text: str) -> str:
    return formats.time_on_date(datetime.fromisoformat(text))


def _moment_of_these_days(text: str) -> str:
    return formats.time_and_day(datetime.fromisoformat(text))


def _length(seconds: int | str) -> str:
    return formats.duration(seconds) if isinstance(seconds, int) else seconds  # records from before hold the words


# How a stored fact is written; the others are what they are.
WRITTEN: dict[str, Callable[[Any], str]] = {
    "delisted_on": _date,
    "withdraw_until": _date,
    "until_at": _moment,
    "reopens_at": _moment_of_these_days,
    "interval": _length,
    "longest_wait": _length,
    "limit": formats.local,
    "value": formats.local,
    "change": formats.percent,
    "tolerance": formats.percent,
}


def explain(code: str, facts: dict[str, Any]) -> Words:
    """The words for a code and its stored facts, in the reader's language and time zone."""
    known = {name: WRITTEN.get(name, str)(fact) for name, fact in facts.items() if fact}
    known["least"] = formats.coin(1)
    saying = SAYINGS[code]
    causes, details = (
        [text.format(**known) for text in map(str, texts) if all(name in known for name in _places(text))]
        for texts in saying
    )
    return Words(causes[0], " ".join(details))


@cache
def _places(text: str) -> list[str]:
    return [name for _text, name, _format, _conversion in Formatter().parse(text) if name]


class Refusal(ValidationError):
    """A rule that says no. `code` and `facts` are for machines and for the record; the text is for the customer."""

    def __init__(self, code: str, **facts: Any) -> None:
        self.facts = facts
        self.others: list[Refusal] = [self]
        super().__init__(" ".join(part for part in explain(code, facts) if part), code=code)

    @property
    def words(self) -> Words:
        return explain(self.code or "", self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self.code, self.facts)


def _rebuild(code: str, facts: dict[str, Any]) -> Refusal:
    return Refusal(code, **facts)
