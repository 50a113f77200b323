"""Second factors: codes of an app, passkeys, recovery codes. They are django-allauth's; here is what the site asks of them."""

from typing import Any

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from qrcode.image.svg import SvgPathFillImage
from qrcode.main import QRCode

from wallet import sessions
from wallet.models import Policy

# Recovery codes stand in for them, and are none by themselves.
TYPES = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]


def has_factor(user: User) -> bool:
    """Whether the user set up codes or a passkey."""
    return bool(is_mfa_enabled(user, TYPES))


def has_passkey(user: User) -> bool:
    return bool(is_mfa_enabled(user, [Authenticator.Type.WEBAUTHN]))


def is_proved(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def is_freshly_proved(request: HttpRequest) -> bool:
    """Whether a second factor was used in this session within the last five minutes (P21)."""
    oldest = sessions.moment().timestamp() - app_settings.REAUTHENTICATION_TIMEOUT
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" and record["at"] > oldest for record in records)


def must_have_one(user: User) -> bool:
    """Whether the user may not do without: staff in production, and customers where the policy says so."""
    if user.is_staff:
        return bool(settings.STAFF_NEED_SECOND_FACTOR)
    return Policy.objects.current().second_factor == Policy.SecondFactor.ALWAYS


class MFAAdapter(DefaultMFAAdapter):
    """The site's name and words, and who may not take their last factor away."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That wasn’t accepted. Codes change every 30 seconds: use the newest one."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your account needs a second step. Set up another one before you remove this one."
        ),
        "cannot_generate_recovery_codes": gettext_lazy("Set up codes or a passkey first."),
    }

    def _get_site_name(self) -> str:
        return str(settings.SITE_NAME)

    def build_totp_svg(self, url: str) -> str:
        """The QR code as an element of the page, because the content security policy forbids images within addresses."""
        code = QRCode(image_factory=SvgPathFillImage, box_size=8)
        code.add_data(url)
        return str(code.make_image().to_string(encoding="unicode"))

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not the last one of somebody who must have one."""
        others = Authenticator.objects.filter(user=authenticator.user, type__in=TYPES).exclude(pk=authenticator.pk)
        return others.exists() or not must_have_one(authenticator.user)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # noqa: A002  # allauth's name
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey %(number)s") % {"number": count + 1}
