"""What the page of help says: the rules in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet.pages.terms import Terms


@dataclass(frozen=True, slots=True)
class HelpPage:
    """The figures are those of the policy in force; `reference` is the conversion that is asked about, or empty.

    `changes`: by which figures customers will lose, and when.
    """

    terms: Terms
    reference: str
    changes: Sequence[SafeString] = ()

    @property
    def contact(self) -> str:
        """Where to write to, with the reference filled in; empty where the operator named nobody.

        An address may have a place for it, {reference}. A mail without one has it as its subject, unless it has another.
        """
        contact: str = settings.SUPPORT_CONTACT
        has_subject = "{reference}" in contact or "subject=" in contact.lower()
        if self.reference and contact.startswith("mailto:") and not has_subject:
            return f"{contact}{'&' if '?' in contact else '?'}subject={self.reference}"
        return contact.replace("{reference}", self.reference)

    @property
    def fee(self) -> str:
        if not self.terms.has_fee:
            return _("There is no fee.")
        return _("A fee of %(fee)s of the BNB that you receive.") % {"fee": self.terms.fee}
