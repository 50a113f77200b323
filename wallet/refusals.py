"""Why something may not be done: a machine code, the facts, and the words that a customer reads.

The code and the facts are stored with a conversion that was stopped, so every later page says the same in the same words.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from wallet import zones


class Words(NamedTuple):
    cause: str
    detail: str


WORDS = {
    # R6
    "unlisted": Words("Not listed.", "{asset} is not traded here, so it can't be converted."),
    "delisted": Words("Delisted{on_delisted_on}.", "{asset} can't be converted any more.{until_withdraw_until}"),
    "paused": Words("Conversions paused for {asset}.", "{reason}"),
    "is_bnb": Words("Already BNB.", "BNB is what small balances are converted to."),
    # a price that is missing, not usable, or too old
    "price_unavailable": Words(
        "Price unavailable.", "There is no current price for {asset}. Try again in a few minutes."
    ),
    "path_changed": Words(
        "The way {asset} is priced changed.", "Its price before and after can't be compared. Try again with new prices."
    ),
    # R1
    "over_limit": Words("Worth {limit} BTC or more.", "At {value} BTC this is above the small-balance limit."),
    "too_small": Words("Too small to convert.", "{asset} would convert to less than 0.00000001 BNB after the fee."),
    # R9
    "price_moved": Words(
        "The price of {asset} moved {move}%.",
        "To protect you, nothing is converted when a price moves {tolerance}% or more.",
    ),
    "balance_changed": Words("Your {asset} balance changed.", "Check the new amounts."),
    # R7, R8
    "wait": Words("You can convert again at {until_at}.", "One conversion every {interval} is possible."),
    "quote_expired": Words(
        "These prices are out of date.", "Nothing was converted. Check the new prices and confirm again."
    ),
    "in_progress": Words("A conversion is in progress.", "You can start another one when it has finished."),
    "closed": Words(
        "Sorry, you can't convert balances right now.", "{from_reopens_at}Your balances haven't changed. {notice}"
    ),
    "nothing_selected": Words("Choose at least one balance to convert.", ""),
    "unknown_asset": Words(
        "That selection has an asset that isn't in your wallet.", "Nothing was converted. Choose again."
    ),
    # why a confirmed conversion was given up
    "too_late": Words(
        "It could not be converted within {longest_wait}.",
        "A conversion only happens at a price seen soon after you confirm.",
    ),
    "attempts": Words("It could not be finished in {attempts} attempts.", "Our operators have been told."),
}


def duration(seconds: int) -> str:
    """A length of time in words, exact to the second: "6 hours", "1 hour 30 minutes"."""
    parts = []
    for size, name in ((3600, "hour"), (60, "minute"), (1, "second")):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {name}" if count == 1 else f"{count} {name}s")
    return " ".join(parts) or "0 seconds"


def plain(number: Decimal) -> str:
    """A number in plain digits without trailing zeros: 5, 0.0012."""
    return f"{number.normalize():f}"


def day(moment: date) -> str:
    """A date in full: 3 November 2026."""
    return f"{moment.day} {moment:%B %Y}"


def clock_time(moment: datetime) -> str:
    """A moment in the reader's time zone: 20:32 UTC on 22 November 2026."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M} {zones.short_name(local)} on {day(local)}"


def time_and_day(moment: datetime) -> str:
    """A moment of these days in the reader's time zone: 16:00 CET on 22 November."""
    local = timezone.localtime(moment)
    return f"{local:%H:%M} {zones.short_name(local)} on {local.day} {local:%B}"


def explain(code: str, facts: dict[str, Any]) -> Words:
    """The words for a code and its stored facts, times in the reader's time zone."""
    shown = dict(facts)
    delisted_on, withdraw_until = facts.get("delisted_on"), facts.get("withdraw_until")
    shown["on_delisted_on"] = f" on {day(date.fromisoformat(delisted_on))}" if delisted_on else ""
    shown["until_withdraw_until"] = (
        f" It can be withdrawn until {day(date.fromisoformat(withdraw_until))}." if withdraw_until else ""
    )
    if "until_at" in facts:
        shown["until_at"] = clock_time(datetime.fromisoformat(facts["until_at"]))
    reopens_at = facts.get("reopens_at")
    shown["from_reopens_at"] = (
        f"You'll be able to from {time_and_day(datetime.fromisoformat(reopens_at))}. " if reopens_at else ""
    )
    words = WORDS[code]
    return Words(words.cause.format(**shown), words.detail.format(**shown))


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
