"""What the page says to which the link in a mail leads that stops mails of its kind. It names nobody."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.pages.buttons import Button
from wallet.pages.receipts import kind_words
from wallet.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class UnsubscribePage:
    """`subscription` is None where the link is none of this site's; then nothing can be stopped by it."""

    subscription: Subscription | None
    site_name: str

    @property
    def is_on(self) -> bool:
        """Whether there is something to stop."""
        return self.subscription is not None and self.subscription.is_on

    @property
    def title(self) -> str:
        if self.subscription is None:
            return _("This link doesn’t work")
        return _("Stop these mails?") if self.is_on else _("These mails are stopped")

    @property
    def words(self) -> str:
        if self.subscription is None:
            return _(
                "Perhaps your mail program cut it. Nothing was changed. In your settings you can choose your mails."
            )
        said = {"kind": kind_words(self.subscription.kind), "site": self.site_name}
        if self.is_on:
            return _("You get mails of this kind from %(site)s: %(kind)s. Other mails stay as they are.") % said
        return _("You get no more mails of this kind from %(site)s: %(kind)s. Your settings have them again.") % said

    @property
    def settings(self) -> Button:
        return Button(_("Settings"), reverse("settings"), is_second=True)
