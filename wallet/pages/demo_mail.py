"""What the page with the demonstration's mails says."""

from dataclasses import dataclass

from django.utils.html import linebreaks, urlize
from django.utils.safestring import SafeString

from wallet.demo_mail import Mail
from wallet.formats import full_time


@dataclass(frozen=True, slots=True)
class ShownMail:
    mail: Mail

    @property
    def sent(self) -> str:
        return full_time(self.mail.sent_at)

    @property
    def text(self) -> SafeString:
        """Its paragraphs, with links that can be followed."""
        return SafeString(linebreaks(urlize(self.mail.text, autoescape=True)))


@dataclass(frozen=True, slots=True)
class DemoMailPage:
    mails: list[ShownMail]


def demo_mail_page(mails: list[Mail]) -> DemoMailPage:
    return DemoMailPage([ShownMail(mail) for mail in mails])
