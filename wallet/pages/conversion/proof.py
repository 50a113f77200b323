"""What the review says where Confirm asks for a second step (P21)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Proof:
    """A code or a passkey that Confirm waits for. `options` is what a passkey is asked; None without one.

    `problem` says why the last one was refused. `page` is the review's own address, to come back to.
    """

    has_factor: bool
    page: str
    options: Mapping[str, Any] | None = None
    problem: str = ""

    @property
    def words(self) -> str:
        if self.has_factor:
            return _("The 6 digits in your app, or one of your recovery codes.")
        return _("Confirm asks for a second step, which your account doesn’t have yet. You come back to this page.")

    @property
    def set_up_address(self) -> str:
        return f"{reverse('security')}?{urlencode({'next': self.page})}"
