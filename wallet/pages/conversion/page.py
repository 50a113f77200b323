"""What the pages of one conversion have in common, whatever its state."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from wallet.eligibility import Eligibility
from wallet.models import Conversion, Line, Service
from wallet.pages import markup
from wallet.pages.conversion.proof import Proof
from wallet.pages.terms import Terms, terms


@dataclass(frozen=True, slots=True)
class Visit:
    """Who asks for the page, and how: the account's name, the page's whole address, and why a request was refused.

    `proof` is the second step that Confirm waits for; None where it waits for none.

    `is_part`: htmx asks, and gets the part that `partial` names, for its dialog or in the place of the one before.
    """

    account: str
    address: str
    is_part: bool = False
    problem: str = ""
    proof: Proof | None = None


@dataclass(frozen=True, kw_only=True)
class ConversionPage:
    """What the pages of all states have in common.

    `lines` are the largest first. `left` is how many small balances the customer could convert next, once this is
    completed. `told` says by code why an asset of it, or BNB, has no price while it runs.
    """

    conversion: Conversion
    lines: list[Line]
    eligibility: Eligibility
    now: datetime
    visit: Visit
    left: int = 0
    told: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    partial: ClassVar[str]
    is_running: ClassVar[bool] = False

    @property
    def title(self) -> str:
        raise NotImplementedError

    @property
    def head_title(self) -> str:
        """The title in the browser's own frame, which says at once when something went wrong."""
        is_refused = self.visit.problem or (self.visit.proof and self.visit.proof.problem)
        return _("Error: %(title)s") % {"title": self.title} if is_refused else self.title

    @property
    def reference(self) -> str:
        return self.conversion.reference

    @property
    def confirmed(self) -> SafeString:
        """When it was; not of one that waits to be."""
        assert self.conversion.confirmed_at is not None
        return markup.full_time(self.conversion.confirmed_at)

    @cached_property
    def terms(self) -> Terms:
        """What this conversion is judged by."""
        return terms(self.conversion.policy)

    @property
    def service(self) -> Service:
        return self.eligibility.service

    def has_seen(self, said: str) -> bool:
        """Whether a poll that says what it has `said` would get the same again."""
        return False
