"""A policy version, proposed: figures within their bounds, a moment of effect in its turn, old beside new with examples."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from django.core.exceptions import ValidationError

from wallet import formats
from wallet.models import Policy, Proposal
from wallet.proposals import examples, reading
from wallet.proposals.bounds import configured
from wallet.proposals.kinds import Kind, Payload, Row, State, register

# In the order of the form: numbers, which have bounds, and choices.
FIGURES = [
    "dust_limit_btc",
    "interval_seconds",
    "tolerance_percent",
    "fee_percent",
    "quote_seconds",
    "price_age_seconds",
    "longest_wait_seconds",
    "breaker_bnb",
]
CHOICES = ["price_side", "second_factor"]
TIME = "effective_from"
FARTHEST = timedelta(days=366)
_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,8})?")


def field(name: str) -> Any:
    return Policy._meta.get_field(name)  # noqa: SLF001  # Django's public way to its fields


def words(name: str) -> str:
    """The figure's name, as a heading: Dust limit (BTC)."""
    said = str(field(name).verbose_name)
    return f"{said[:1].upper()}{said[1:]}"


def written(policy: Policy) -> dict[str, str]:
    """The figures and choices of a version as a payload has them."""
    figures = {name: formats.plain(Decimal(getattr(policy, name))) for name in FIGURES}
    return figures | {name: str(getattr(policy, name)) for name in CHOICES}


@register
class PolicyVersion(Kind):
    """Made from the newest version that stands, in force or still to come."""

    kind = Proposal.Kind.POLICY

    def state(self, payload: Payload) -> State:
        newest = Policy.objects.newest()
        return {"version": newest.pk, **written(newest), TIME: _moment(newest.effective_from)}

    def clean(self, payload: Payload, at: datetime) -> Payload:
        newest = Policy.objects.newest()
        checks: dict[str, Callable[[str], str]] = {
            **{name: _figure(name) for name in FIGURES},
            **{name: _choice(name) for name in CHOICES},
            TIME: lambda text: _time(text, at, newest),
        }
        whole = reading.fields({name: partial(check, payload.get(name, "")) for name, check in checks.items()})
        if whole == written(newest) | {TIME: whole[TIME]}:
            raise ValidationError("Nothing changes: these are the figures of the newest version.")
        return whole

    def warnings(self, payload: Payload, state: State) -> list[str]:
        """Whatever moves by more than twice, up or down, or from or to nothing."""
        found = []
        for name in FIGURES:
            old, new = Fraction(state[name]), Fraction(payload[name])
            if new > 2 * old or new * 2 < old:
                how = "more than twice" if new > old else "less than half"
                found.append(f"{words(name)} goes from {state[name]} to {payload[name]}: {how} of what it is.")
        return found

    def apply(self, proposal: Proposal, payload: Payload) -> None:
        made = version(payload)
        made.reason, made.proposal, made.created_by = proposal.reason, proposal, proposal.created_by
        made.save(force_insert=True)

    def rows(self, payload: Payload, then: State, now: State) -> list[Row]:
        figures = [Row(words(name), then[name], now[name], payload[name]) for name in FIGURES]
        choices = [Row(words(name), *(_label(name, one[name]) for one in (then, now, payload))) for name in CHOICES]
        made_from = Row("Made from version", str(then["version"]), str(now["version"]), "the next")
        return [*figures, *choices, Row(words(TIME), *(_said(one[TIME]) for one in (then, now, payload))), made_from]

    def examples(self, payload: Payload, at: datetime) -> list[str]:
        return examples.sentences(Policy.objects.newest(), version(payload), at)


def version(payload: Payload) -> Policy:
    """The version that a whole payload describes, unsaved."""
    values: dict[str, Any] = {name: field(name).to_python(payload[name]) for name in (*FIGURES, *CHOICES)}
    return Policy(**values, effective_from=datetime.fromisoformat(payload[TIME]))


def _figure(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if not _NUMBER.fullmatch(text):
            raise ValidationError("Write a number in plain digits, like 30 or 0.0012.")
        number = Decimal(text)
        if field(name).get_internal_type() == "PositiveIntegerField" and number != int(number):
            raise ValidationError("Write whole seconds.")
        problem = configured()[name].problem(words(name), number)
        if problem:
            raise ValidationError(problem)
        field(name).clean(formats.plain(number), None)
        return formats.plain(number)

    return check


def _choice(name: str) -> Callable[[str], str]:
    def check(text: str) -> str:
        if text not in dict(field(name).choices):
            raise ValidationError("Choose one of those that there are.")
        return text

    return check


def _time(text: str, at: datetime, newest: Policy) -> str:
    """The moment of effect, in UTC: still to come, and after that of a version that is still to come itself."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValidationError("Write a day and a time in UTC, like 2026-12-01 10:00.") from None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if moment <= at:
        raise ValidationError("This moment is over. Give one that is still to come, in UTC.")
    if moment > at + FARTHEST:
        raise ValidationError("This moment is more than a year ahead.")
    if newest.effective_from is not None and newest.effective_from >= moment:
        said = _said(_moment(newest.effective_from))
        raise ValidationError(f"{newest} takes effect at {said}. Give a later moment, or withdraw that version first.")
    return moment.astimezone(UTC).isoformat()


def _moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _said(text: str) -> str:
    return formats.utc(datetime.fromisoformat(text)) if text else "at once"


def _label(name: str, value: str) -> str:
    return str(dict(field(name).choices).get(value, value))
