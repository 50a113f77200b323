"""Whether a customer may start a conversion now, and what stands in the way. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wallet.models import Conversion, Customer, Opening, Policy, Service

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# No browser counts further than 24 days, and no page stays open for one.
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Eligibility:
    """What a conversion of this customer would meet now: the service's closing, one that runs, and the end of the wait."""

    policy: Policy
    service: Service
    in_progress: Conversion | None
    until_at: datetime | None
    now: datetime

    @property
    def may_convert(self) -> bool:
        return self.service.is_open and self.in_progress is None and self.until_at is None

    @property
    def wait_seconds(self) -> int | None:
        """After how many seconds a page that stays open should ask again, because the wait is over. None: not today."""
        if self.until_at is None or self.until_at - self.now > A_DAY:
            return None
        return -((self.now - self.until_at) // timedelta(seconds=1)) + 1


def eligibility(*, user: "User", now: datetime) -> Eligibility:
    """R7 and the service's opening for this customer."""
    policy = Policy.objects.in_effect(now)
    customer = Customer.objects.filter(user=user).first()
    last = customer.last_converted_at if customer else None
    return Eligibility(
        policy=policy,
        service=Opening.objects.service(now),
        in_progress=Conversion.objects.of(user).confirmed().first(),
        until_at=last + policy.interval if last and now - last < policy.interval else None,
        now=now,
    )
