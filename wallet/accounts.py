from collections.abc import Sequence
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser, User
from django.core import checks
from django.core.mail import EmailMessage
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wallet import attempts, demo_users, devices, events, limits, mailboxes, sign_ups
from wallet.logs import get_logger
from wallet.models import Customer
from wallet.pages.letters import LETTERS, Facts, contact, message
from wallet.pages.security_letters import SECURITY_LETTERS
from wallet.requests import MAIL_FAILED, address_block, client_address

# What `seed_demo` makes, which refuses to run in production; a database may have come from a demonstration.
PUBLIC = {(name, name) for name in demo_users.NAMES}

log = get_logger(__name__)

# By their paths: allauth imports the adapter before its stages can be.
STAGES = {"allauth.account.stages.EmailVerificationStage": "wallet.account_stages.ConfirmedAddressStage"}
# What several things that are wrong are called, by allauth's names for them: one sentence, whichever field it was.
WRONG_DETAILS = gettext_lazy("The user name, email or password is not right.")
PROOFS = {
    "reauthenticate": gettext_lazy("Use your password"),
    "mfa_reauthenticate": gettext_lazy("Use a code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": WRONG_DETAILS,
        "email_password_mismatch": WRONG_DETAILS,
        "invalid_login": WRONG_DETAILS,
        "too_many_login_attempts": gettext_lazy("Too many failed login attempts. Try again later."),
        "rate_limited": gettext_lazy("You’ve tried a few times. Try again in a minute."),
        "duplicate_email": gettext_lazy("This address is waiting to be confirmed already."),
        "email_taken": gettext_lazy("This address can’t be used for this account."),
        "enter_current_password": gettext_lazy("This is not your current password."),
        "incorrect_password": gettext_lazy("The password is not right."),
        "username_blacklisted": gettext_lazy("This user name can’t be used. Choose another one."),
        "username_taken": gettext_lazy("Somebody has this user name. Choose another one."),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that TRUSTED_PROXIES tell, for allauth's own limits too."""
        return client_address(request)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """S3: lets the attempt through, or raises TooMany, in the place of allauth's limits on the name that was typed."""
        self.attempt = attempts.attempt(request, **_typed(credentials))

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """P23: in production the demonstration's public passwords open nothing, unless ALLOW_DEMO_USERS says so."""
        user = super().authenticate(request, **credentials)
        if user is None or not is_public(user.get_username(), credentials.get("password", "")):
            return user
        log.error("public_password_refused", account_id=user.pk)
        return None

    def _rollback_login_failed_rl_usage(self) -> None:
        self.attempt.succeeded()

    def post_login(self, request: HttpRequest, user: Any, **options: Any) -> HttpResponse:
        """The account knows this device from now on."""
        response: HttpResponse = super().post_login(request, user, **options)
        devices.remember(request, response, user.pk)
        return response

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts it and tells the owner. The log has its own line, without what was typed (P17)."""
        owner = attempts.owner_of(**_typed(credentials))
        if owner:
            attempts.failed(owner)
        # Who never confirmed has no page to read it on, and goes by the clock.
        if owner and not mailboxes.unconfirmed(owner):
            events.write(events.Kind.REFUSED, owner, request)

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """How a fresh proof is given (P21). Where there is a second factor it is asked for: a password may be known."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        return [method | {"description": PROOFS[method["id"]]} for method in stronger or methods]

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Off by default: a wallet's customers come from the exchange that runs the site, and the operator makes them."""
        return bool(settings.SIGN_UP)

    def is_ajax(self, request: HttpRequest) -> bool:
        """Never: the site's pages are pages, and allauth's answers for scripts are none of its addresses."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only a path of this site: no other host that it answers to either, and not from https to http."""
        return url.startswith("/") and bool(super().is_safe_url(url))

    def get_login_stages(self) -> list[str]:
        return [STAGES.get(stage, stage) for stage in super().get_login_stages()]

    def should_send_confirmation_mail(self, request: HttpRequest, email_address: EmailAddress, signup: bool) -> bool:
        """Also to who signs in and has not confirmed yet; not as often as they like."""
        if signup:  # the form has counted it
            return True
        try:
            limits.MAILS_ASKED.take(f"{email_address.email} {address_block(request)}")
        except limits.TooMany:
            return False
        return True

    # --- addresses ------------------------------------------------------------------------------------------------

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Whoever confirms an address first has it."""
        if not sign_ups.confirm(email_address):
            said = {"email": email_address.email}
            self.add_message(request, messages.ERROR, "account/messages/email_confirmation_failed.txt", said)
            return False
        return bool(super().confirm_email(request, email_address))

    def can_delete_email(self, email_address: EmailAddress) -> bool:
        """Only what waits to be confirmed: the one address that was is what the owner is told at (S1)."""
        return not email_address.verified

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account_email" if self.request.user.is_authenticated else "account_login")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("settings")

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return self._site_url() + path.replace("UID-KEY", key)

    def get_email_confirmation_url(self, request: HttpRequest | None, emailconfirmation: Any) -> str:
        return self._site_url() + reverse("account_confirm_email", args=[emailconfirmation.key])

    def _site_url(self) -> str:
        """What links in mails begin with. Only a demonstration takes it from the request: its hosts are this machine."""
        return settings.SITE_URL or (self.request or HttpRequest()).build_absolute_uri("/").rstrip("/")

    # --- mails ----------------------------------------------------------------------------------------------------

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tells the owner what happened to the account (P21); of a new address at the old one and at the new one."""
        said = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, said, email)
        if "to_email" in said and said["to_email"] != email:
            super().send_notification_mail(template_prefix, user, said, said["to_email"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Writes to customers in the language that they chose, whatever the browser that asks for the message speaks.

        A mail that can't be sent undoes nothing: it is a line in the log, and the next page says so.
        """
        user = context.get("user")
        customer = Customer.objects.filter(user=user).first() if user else None
        is_known = customer is not None and customer.language in dict(settings.LANGUAGES)
        language = customer.language if customer and is_known else translation.get_language()
        zone = customer.zone if customer else timezone.get_current_timezone()
        with translation.override(language), timezone.override(zone):
            mail = self.render_mail(template_prefix, email, context)
        try:
            mail.send()
        except (OSError, UnicodeError) as error:
            self._not_sent(template_prefix, context, error)
        else:
            self._sent(context)

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """A letter of the site's, as text and as HTML; what it has no letter for is allauth's, in the site's frame."""
        headers = {"Auto-Submitted": "auto-generated", **(headers or {})}
        frame = {"site_name": settings.SITE_NAME, "site_url": self._site_url(), "contact": contact()}
        write = (LETTERS | SECURITY_LETTERS).get(template_prefix.rpartition("/")[2])
        if write is None:
            said = {"email": email, "request": self.request, **frame, **context}
            plain: EmailMessage = super().render_mail(template_prefix, email, said, headers)
            return plain
        return message(write(self._facts(email, context)), email, site_url=self._site_url(), headers=headers)

    def _facts(self, email: str, context: dict[str, Any]) -> Facts:
        user, site = context.get("user"), self._site_url()
        return Facts(
            site_name=settings.SITE_NAME,
            email=email,
            name=user.get_username() if user else "",
            link=context.get("activate_url") or context.get("password_reset_url") or "",
            reset_address=site + reverse("account_reset_password"),
            sign_up_address=site + reverse("account_signup") if settings.SIGN_UP else "",
            old=context.get("from_email", ""),
            new=next((context[key] for key in ("to_email", "deleted_email", "asked_email") if key in context), ""),
            at=context.get("timestamp"),
            place=context.get("ip", ""),
            browser=context.get("user_agent", ""),
        )

    def _not_sent(self, template_prefix: str, context: dict[str, Any], error: Exception) -> None:
        """An answer of a mail server may repeat the address, so the log has its code alone."""
        user = context.get("user")
        reason = f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".strip()
        log.error("mail_not_sent", letter=template_prefix, account_id=user.pk if user else None, reason=reason)
        if self.request is None:
            return
        if _tells_of_a_change(context):
            messages.warning(self.request, _("What you did is saved, but we couldn’t send you the mail about it."))
        else:
            # Where the page that comes next would say that a mail was sent, it says this instead.
            self.request.session[MAIL_FAILED] = True

    def _sent(self, context: dict[str, Any]) -> None:
        if self.request is not None and not _tells_of_a_change(context):
            self.request.session.pop(MAIL_FAILED, None)


def _tells_of_a_change(context: dict[str, Any]) -> bool:
    """Of what was done already, when and from where; the other mails have a link to go on with."""
    return "timestamp" in context


def check(
    app_configs: Sequence[Any] | None, databases: Sequence[str] | None, **options: Any
) -> list[checks.CheckMessage]:
    """P23, for `manage.py check --database`, which `migrate` runs too: in production no account has a public password."""
    return [
        checks.Error(
            f"{user} is a user of the demonstration, with its public password.",
            hint="Deactivate it in the admin or choose another password for it, and look at what else came along.",
            obj=alias,
            id="wallet.E002",
        )
        for alias in databases or ()
        for user in _demo_users(alias)
        if any(is_public(user.get_username(), password) and user.check_password(password) for _, password in PUBLIC)
    ]


def _demo_users(alias: str) -> list[User]:
    try:
        named = User.objects.using(alias).filter(is_active=True, username__in=[name for name, _ in PUBLIC])
        return list(named.order_by("pk"))
    except DatabaseError:  # the tables are not there yet
        return []


def is_public(name: str, password: str) -> bool:
    """Whether this is a user of the demonstration with the password that everybody knows, where that is refused."""
    return settings.PRODUCTION and "ALLOW_DEMO_USERS" not in settings.ALLOWED and (name, password) in PUBLIC


def _typed(credentials: dict[str, Any]) -> dict[str, str]:
    """What was typed as the account's name, or as its address."""
    return {"name": credentials.get("username") or "", "email": credentials.get("email") or ""}
