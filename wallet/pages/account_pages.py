"""What the account pages say: a page with a form, a page at the end of a way, and the address of the account."""

from dataclasses import dataclass, field

from django.forms import Form
from django.forms.boundfield import BoundField
from django.urls import reverse
from django.utils.translation import gettext as _

from wallet.pages.buttons import Button
from wallet.pages.problems import Problem


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a form. A secret one can be shown, and what was typed in it is never sent back."""

    bound: BoundField

    @property
    def id(self) -> str:
        return self.bound.id_for_label

    @property
    def name(self) -> str:
        return self.bound.html_name

    @property
    def label(self) -> str:
        return str(self.bound.label)

    @property
    def hint(self) -> str:
        return str(self.bound.help_text)

    @property
    def kind(self) -> str:
        return str(self.bound.field.widget.attrs.get("type", getattr(self.bound.field.widget, "input_type", "text")))

    @property
    def is_secret(self) -> bool:
        return self.kind == "password"

    @property
    def autocomplete(self) -> str:
        return str(self.bound.field.widget.attrs.get("autocomplete", "off"))

    @property
    def value(self) -> str:
        return "" if self.is_secret else str(self.bound.value() or "")

    @property
    def error(self) -> str:
        return str(next(iter(self.bound.errors), ""))

    @property
    def described_by(self) -> str:
        """The ids of what explains the field."""
        said = {f"{self.id}_error": self.error, f"{self.id}_hint": self.hint}
        return " ".join(name for name, words in said.items() if words)


@dataclass(frozen=True)
class AccountForm:
    """A page with one form. `goes_on_to` is the address to go on to afterwards; `ways` are other ways, below the form."""

    form: Form
    heading: str
    button: str
    lede: str = ""
    goes_on_to: str = ""
    action: str = ""
    ways: list[Button] = field(default_factory=list)

    @property
    def title(self) -> str:
        return _("Error: %(heading)s") % {"heading": self.heading} if self.form.errors else self.heading

    @property
    def lines(self) -> list[Line]:
        return [Line(bound) for bound in self.form.visible_fields()]

    @property
    def problems(self) -> list[Problem]:
        general = [Problem(str(words)) for words in self.form.non_field_errors()]
        return general + [Problem(line.error, line.id) for line in self.lines if line.error]


@dataclass(frozen=True)
class AccountEnd:
    """A page without a field: what happened, and the ways on. `posts` is the button of a form without fields."""

    heading: str
    sentences: list[str]
    ways: list[Button]
    posts: str = ""

    @property
    def title(self) -> str:
        return self.heading


@dataclass(frozen=True)
class AddressPage(AccountForm):
    """The account's address, and the one that waits to be confirmed."""

    current: str = ""
    waiting: str = ""
    is_unsent: bool = False
    mailbox: str = ""

    @property
    def words(self) -> str:
        if not self.current:
            return _(
                "Your account has no email address yet. With one you can choose a new password when you forget yours."
            )
        return _("Mails about your account go to %(address)s.") % {"address": self.current}

    @property
    def waiting_words(self) -> str:
        """Empty where no address waits."""
        if not self.waiting:
            return ""
        if self.is_unsent:
            words = _(
                "%(address)s waits to be confirmed, but we couldn’t send the mail to it. Try again in a few minutes."
            )
        else:
            words = _("%(address)s takes effect once you open the link in the mail that we sent to it.")
        return words % {"address": self.waiting}


def to_sign_in() -> Button:
    return Button(_("Sign in"), reverse("account_login"))


def reset_password(form: Form) -> AccountForm:
    lede = _("Enter the email address of your account. We send you a link with which you choose a new password.")
    return AccountForm(form, _("Reset password"), _("Send the link"), lede, ways=[to_sign_in()])


def reset_sent(*, is_unsent: bool, mailbox: str) -> AccountEnd:
    """Never whether there is such an account (S9)."""
    if is_unsent:
        return _mail_failed([Button(_("Try again"), reverse("account_reset_password")), _second(to_sign_in())])
    sentences = [
        _("A mail is on its way to the address that you entered. It says how to go on."),
        _("It can take a few minutes. Look among your unwanted mails too."),
    ]
    return AccountEnd(_("Look into your mailbox"), sentences, [to_sign_in(), *_demo(mailbox)])


def choose_password(form: Form, action: str) -> AccountForm:
    return AccountForm(
        form, _("Choose a new password"), _("Save the new password"), action=action, ways=[_second(to_sign_in())]
    )


def link_spent() -> AccountEnd:
    sentences = [
        _("It has been used already, it is too old, or it is not complete."),
        _("Ask for a new link: the newest one works."),
    ]
    ways = [Button(_("Send a new link"), reverse("account_reset_password")), _second(to_sign_in())]
    return AccountEnd(_("This link does not work any more"), sentences, ways)


def password_chosen() -> AccountEnd:
    sentences = [_("Sign in with it. Wherever you were signed in before, you are not any longer.")]
    return AccountEnd(_("Your new password is saved"), sentences, [to_sign_in()])


def change_password(form: Form) -> AccountForm:
    ways = [Button(_("I forgot my password"), reverse("account_reset_password")), _to_settings()]
    lede = _("You stay signed in here, and are signed out everywhere else.")
    return AccountForm(form, _("Change password"), _("Change password"), lede, ways=ways)


def prove(form: Form, goes_on_to: str, others: list[Button]) -> AccountForm:
    ways = [*others, Button(_("I forgot my password"), reverse("account_reset_password")), _to_settings()]
    lede = _("This changes how you get into your account. Enter your password to go on.")
    return AccountForm(form, _("Is it you?"), _("Go on"), lede, goes_on_to, ways=ways)


def sign_up(form: Form, goes_on_to: str) -> AccountForm:
    lede = _("You need an email address that you can open now.")
    return AccountForm(form, _("Sign up"), _("Sign up"), lede, goes_on_to, ways=[to_sign_in()])


def confirmation_sent(*, is_unsent: bool, mailbox: str) -> AccountEnd:
    if is_unsent:
        return _mail_failed([to_sign_in()], _("Your account is there. When you sign in, we send the mail again."))
    sentences = [
        _(
            "We sent a mail with a link to your address. Open it to confirm that the address is yours; then you can sign in."
        ),
        _("No mail? Sign in, and we send another one."),
    ]
    return AccountEnd(_("Open our mail to confirm your address"), sentences, [to_sign_in(), *_demo(mailbox)])


def confirm_address(address: str, name: str) -> AccountEnd:
    """The account by its name: somebody else may have signed up with this address."""
    sentences = [
        _("Is %(address)s to be the email address of the account %(name)s?") % {"address": address, "name": name},
        _("If you don’t know this user name, somebody else chose it: close this page, and nothing changes."),
    ]
    return AccountEnd(_("Confirm your email address"), sentences, [], posts=_("Confirm the address"))


def address_taken() -> AccountEnd:
    """The link is good, but somebody else has confirmed the address meanwhile."""
    sentences = [_("This address can’t be used for this account. Your account keeps the one that it has.")]
    return AccountEnd(_("This address can’t be confirmed"), sentences, [_to_settings()])


def confirmation_spent() -> AccountEnd:
    sentences = [
        _("It has been used already, it is too old, or it is not complete."),
        _("If your address is not confirmed yet, sign in: we send a new link, or you ask for one in your settings."),
    ]
    return AccountEnd(_("This link does not confirm anything"), sentences, [to_sign_in()])


def inactive() -> AccountEnd:
    sentences = [
        _("Nobody can sign in with it now. Your balances have not changed. Ask us when you need to know more.")
    ]
    return AccountEnd(_("This account is closed"), sentences, [Button(_("Help"), reverse("help"))])


def _mail_failed(ways: list[Button], *sentences: str) -> AccountEnd:
    said = [_("Our mail server does not answer as it should. Nothing is lost; try again in a few minutes."), *sentences]
    return AccountEnd(_("We couldn’t send the mail"), said, ways)


def _second(button: Button) -> Button:
    return Button(button.label, button.address, is_second=True)


def _to_settings() -> Button:
    return Button(_("Back to settings"), reverse("settings"), is_second=True)


def _demo(mailbox: str) -> list[Button]:
    """The demonstration's mails stand on a page."""
    return [Button(_("See the demonstration’s mails"), mailbox, is_second=True)] if mailbox else []
