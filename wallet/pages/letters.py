"""What the mails about accounts say, each as a typed object; its looks, as text and as HTML, are two templates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wallet.formats import full_time
from wallet.pages.buttons import Button


@dataclass(frozen=True, slots=True)
class Facts:
    """What a letter may tell of. `link` is what it asks to open; `at`, `place` and `browser` are those of a change."""

    site_name: str
    email: str
    name: str
    link: str
    reset_address: str
    sign_up_address: str
    old: str
    new: str
    at: datetime | None
    place: str
    browser: str


@dataclass(frozen=True, slots=True)
class Letter:
    """`details` are short lines below the sentences, `notes` stand below the button, and at the end what stops such mails."""

    subject: str
    sentences: list[str]
    button: Button | None = None
    details: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stop: Button | None = None


def message(letter: Letter, to: str, *, site_url: str, headers: Mapping[str, str]) -> EmailMultiAlternatives:
    """The mail with this letter, as text and as HTML, in the language that is active."""
    shown = {
        "letter": letter,
        "site_name": settings.SITE_NAME,
        "site_url": site_url,
        "contact": contact(),
        "brand": settings.BRAND,
        "LANGUAGE_CODE": get_language(),
    }
    text = render_to_string("account/email/letter.txt", shown).strip()
    written = EmailMultiAlternatives(
        letter.subject, text, settings.DEFAULT_FROM_EMAIL, [to], headers={"Auto-Submitted": "auto-generated", **headers}
    )
    written.attach_alternative(render_to_string("account/email/letter.html", shown), "text/html")
    return written


@dataclass(frozen=True, slots=True)
class Contact:
    """Where customers write to: what a link leads to, and how it is read."""

    address: str
    words: str


def contact() -> Contact | None:
    """The operator's contact, without a place for a conversion's reference; None where there is none."""
    address = settings.SUPPORT_CONTACT.replace("{reference}", "")
    if not address:
        return None
    return Contact(address, address.removeprefix("mailto:").partition("?")[0])


def confirm_sign_up(facts: Facts) -> Letter:
    return Letter(
        _("Confirm your email address"),
        [
            _("You signed up at %(site)s as %(name)s. Open this link to confirm that this address is yours.")
            % {"site": facts.site_name, "name": facts.name},
            _("Until then nobody can sign in with this account."),
        ],
        Button(_("Confirm the address"), facts.link),
        notes=[_not_you()],
    )


def confirm_address(facts: Facts) -> Letter:
    return Letter(
        _("Confirm your email address"),
        [
            _(
                "This is to be the address of the account %(name)s at %(site)s. Open this link to confirm that it is yours."
            )
            % {"site": facts.site_name, "name": facts.name}
        ],
        Button(_("Confirm the address"), facts.link),
        notes=[_not_you()],
    )


def already_there(facts: Facts) -> Letter:
    return Letter(
        _("You have an account already"),
        [
            _("Somebody, perhaps you, wanted to sign up at %(site)s with this address. There is an account with it.")
            % {"site": facts.site_name},
            _("If you forgot its password, choose a new one."),
        ],
        Button(_("Reset password"), facts.reset_address),
        notes=[_not_you()],
    )


def reset(facts: Facts) -> Letter:
    return Letter(
        _("Choose a new password"),
        [
            _(
                "Somebody, perhaps you, asked for a new password for your account at %(site)s. Your user name is %(name)s."
            )
            % {"site": facts.site_name, "name": facts.name},
            _("Open this link within an hour to choose it. Your password stays what it is until then."),
        ],
        Button(_("Choose a new password"), facts.link),
        notes=[_not_you()],
    )


def nobody(facts: Facts) -> Letter:
    """To an address that no account has: never with a link to a sign-up that is closed (S9)."""
    sentences = [
        _("Somebody, perhaps you, asked for a new password at %(site)s with this address. No account has it.")
        % {"site": facts.site_name},
        _("If it was you, try the address that you use there."),
    ]
    sign_up = Button(_("Sign up"), facts.sign_up_address) if facts.sign_up_address else None
    return Letter(
        _("No account has this address"), sentences, sign_up, notes=[_("If it wasn’t you, there is nothing to do.")]
    )


def password_changed(facts: Facts) -> Letter:
    return told(facts, _("Your password was changed"), _("The password of your account was changed."))


def address_changed(facts: Facts) -> Letter:
    words = _("The email address of your account was changed from %(old)s to %(new)s.")
    return told(facts, _("Your email address was changed"), words % {"old": facts.old, "new": facts.new})


def address_asked(facts: Facts) -> Letter:
    words = _("Somebody, with your password, asked to change the email address of your account to %(new)s.")
    late = _("It changes once that address is confirmed. Until then you can still stop it in your settings.")
    return told(facts, _("A new email address was asked for"), words % {"new": facts.new}, late)


def address_called_off(facts: Facts) -> Letter:
    words = _("The email address of your account stays what it is: the change to %(new)s was called off.")
    return told(facts, _("Your email address stays"), words % {"new": facts.new})


def told(facts: Facts, subject: str, *sentences: str) -> Letter:
    """What happened to an account, when and from where, and what to do where it was not its owner (P21)."""
    details = [
        _("Account: %(name)s") % {"name": facts.name},
        _("When: %(at)s") % {"at": full_time(facts.at)} if facts.at else "",
        _("From the address: %(place)s") % {"place": facts.place} if facts.place else "",
        _("Browser: %(browser)s") % {"browser": facts.browser} if facts.browser else "",
    ]
    return Letter(
        subject,
        [*sentences, _("If it was you, there is nothing to do. If not, choose a new password at once.")],
        Button(_("Reset password"), facts.reset_address),
        details=[line for line in details if line],
    )


def _not_you() -> str:
    return _("If it wasn’t you, there is nothing to do: nothing changes without this link.")


# By allauth's names for them.
LETTERS: dict[str, Callable[[Facts], Letter]] = {
    "email_confirmation_signup": confirm_sign_up,
    "email_confirmation": confirm_address,
    "account_already_exists": already_there,
    "password_reset_key": reset,
    "unknown_account": nobody,
    "password_reset": password_changed,
    "password_changed": password_changed,
    "password_set": password_changed,
    "email_changed": address_changed,
    "email_change_asked": address_asked,
    "email_deleted": address_called_off,
}
