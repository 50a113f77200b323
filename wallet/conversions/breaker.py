"""The house breaker (M10): how much conversions may pay within some minutes, and the closing when one would pay more.

It takes no lock, so it does not see what others pay at the same moment. Each worker judges its chunk by what is committed:
together they pay the policy's amount at the most, and for each other worker one chunk more.
"""

from datetime import datetime, timedelta

from django.db import connection

from wallet import money, validators
from wallet.models import Conversion, Opening, Policy
from wallet.models.policy import IN_EFFECT
from wallet.refusals import Code, Refusal, refusal

WINDOW = timedelta(minutes=10)
NOTICE = "We have paused conversions while we check something. Your balances are safe."

# The policy version in force, with what was paid since a person last opened, and whether it has been closed since then.
# What has figures was completed. Written out: to have it made anew each time took ten times as long as to run it.
STANDING = f"""
SELECT policy.*,
    (SELECT coalesce(sum(net_units), 0) FROM wallet_conversion WHERE net_units IS NOT NULL AND finished_at > %(since)s
        AND finished_at > coalesce((SELECT created_at FROM wallet_opening
            WHERE is_open AND cause = 'operator' ORDER BY id DESC LIMIT 1), %(since)s)) AS paid_units,
    EXISTS (SELECT 1 FROM wallet_opening WHERE cause = 'breaker'
        AND id > coalesce((SELECT max(id) FROM wallet_opening WHERE is_open AND cause = 'operator'), 0)) AS has_closed
FROM wallet_policy policy WHERE {IN_EFFECT} ORDER BY policy.id DESC LIMIT 1
"""  # noqa: S608  # a condition of our own


class Breaker:
    """What is asked of each conversion of a chunk before it is paid, one after the other."""

    def __init__(self, *, policy: Policy, paid_units: int, has_closed: bool) -> None:
        self.policy = policy  # the version in force
        self.paid_units = paid_units  # within the window, since a person last opened conversions; in BNB units
        self.has_closed = has_closed  # and nobody has opened since
        self.reason = ""  # why it closes now, for operators

    def judge(self, conversion: Conversion, net_units: int) -> list[Refusal]:
        """Why this must not be paid for a conversion that every rule lets pass. What may be paid counts from now on."""
        if self.has_closed:
            return [refusal(Code.HOUSE_LIMIT)]
        refused = validators.validate_house_limit(self.paid_units, net_units, self.policy.breaker_units)
        if refused is not None:
            self.has_closed, self.reason = True, self._reason(conversion, net_units)
            return [refused]
        self.paid_units += net_units
        return []

    def close(self) -> Opening | None:
        """Writes the closing down, when one of them was too much."""
        if not self.reason:
            return None
        return Opening.objects.create(is_open=False, notice=NOTICE, reason=self.reason, cause=Opening.Cause.BREAKER)

    def _reason(self, conversion: Conversion, net_units: int) -> str:
        before, after = _amount(self.paid_units), _amount(self.paid_units + net_units)
        return (
            f"Conversion {conversion} would have carried what was paid within 10 minutes from {before} to {after} BNB;"
            f" policy version {self.policy.pk} allows {_amount(self.policy.breaker_units)}."
        )


def _amount(units: int) -> str:
    """In English, as all that operators read."""
    return f"{money.to_decimal(units, money.BNB_SCALE).normalize():,f}"


def read_breaker(at: datetime) -> Breaker:
    """How things stand at that moment, in one statement; asked once all is locked."""
    moments = {"since": at - WINDOW, "at": at}
    values = {name: connection.ops.adapt_datetimefield_value(moment) for name, moment in moments.items()}
    (in_force,) = Policy.objects.raw(STANDING, values)
    return Breaker(
        policy=in_force,
        paid_units=int(in_force.paid_units),  # type: ignore[attr-defined]  # the statement names it
        has_closed=bool(in_force.has_closed),  # type: ignore[attr-defined]
    )
