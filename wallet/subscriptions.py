"""Which mails about their conversions customers get, and how they stop one kind without signing in.

Each of these mails has a link with a signed word: whose mail and of which kind, and nothing that is secret. Whoever has it can
switch that kind off for that customer, and nothing else. It does not lapse: an old mail has to stop new ones too.
"""

from dataclasses import dataclass

from django.core.signing import BadSignature, Signer

from wallet.database.retrying import retried
from wallet.logs import get_logger
from wallet.models import Customer, OutboxMail

LONGEST = 200  # characters of a word; nobody's are as many
LARGEST = 2**63 - 1  # key of a customer

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subscription:
    """One customer's mails of one kind."""

    customer: int
    kind: OutboxMail.Kind

    @property
    def word(self) -> str:
        """What stands in the link that stops them."""
        return _signer().sign(f"{self.kind.value}.{self.customer}")

    @property
    def is_on(self) -> bool:
        return Customer.objects.filter(pk=self.customer, **{self.kind.choice: True}).exists()

    def stop(self) -> None:
        """Switches them off; again, it changes nothing."""
        if _stop(self):
            log.info("mails_stopped", account_id=self.customer, kind=self.kind.value)


def read(word: str) -> Subscription | None:
    """Whose mails of which kind the word stops; None where this site has not signed it, or the customer is gone."""
    if len(word) > LONGEST:
        return None
    try:
        kind, _, customer = _signer().unsign(word).partition(".")
        found = Subscription(int(customer), OutboxMail.Kind(kind))
    except (BadSignature, ValueError):
        return None
    is_there = found.customer <= LARGEST and Customer.objects.filter(pk=found.customer).exists()
    return found if is_there else None


@retried
def _stop(one: Subscription) -> bool:
    choice = one.kind.choice
    return Customer.objects.filter(pk=one.customer, **{choice: True}).update(**{choice: False}) == 1


def _signer() -> Signer:
    return Signer(salt="wallet.subscriptions", sep=".")
