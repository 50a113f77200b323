from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.models import Authenticator
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from wallet import events, factors, sessions
from wallet.models import SecurityEvent
from wallet.pages.security import Event, Passkey, SecurityPage, Session
from wallet.requests import CustomerRequest
from wallet.responses import see_other

EVENTS_SHOWN = 20
Kind = SecurityEvent.Kind


@require_safe
@login_required
def security(request: CustomerRequest) -> HttpResponse:
    """How this customer signs in, where they are signed in, and what happened to the account (ux §11)."""
    found = list(Authenticator.objects.filter(user=request.user).order_by("pk"))
    recovery = next((one for one in found if one.type == Authenticator.Type.RECOVERY_CODES), None)
    page = SecurityPage(
        has_codes=any(one.type == Authenticator.Type.TOTP for one in found),
        passkeys=[_passkey(one) for one in found if one.type == Authenticator.Type.WEBAUTHN],
        codes_left=len(recovery.wrap().get_unused_codes()) if recovery else None,
        must_have_one=factors.must_have_one(request.user),
        goes_on_to=get_next_redirect_url(request) or "",
        sessions=_sessions(request),
        events=[Event(event) for event in SecurityEvent.objects.of(request.user)[:EVENTS_SHOWN]],
    )
    return render(request, "wallet/security/page.html", {"page": page})


@require_POST
@login_required
@reauthentication_required
def end_session(request: CustomerRequest, number: int) -> HttpResponse:
    """Signs one other browser of this customer out (P13: somebody else's is not found)."""
    session = get_object_or_404(UserSession, pk=number, user=request.user)
    if not session.is_current():
        session.end()
        _tell(request)
    return see_other("security")


@require_POST
@login_required
@reauthentication_required
def end_others(request: CustomerRequest) -> HttpResponse:
    """Signs every browser of this customer out but the one that asks."""
    end_other_sessions(request, request.user)
    _tell(request)
    return see_other("security")


def _tell(request: CustomerRequest) -> None:
    events.write(Kind.SESSION_ENDED, request.user, request)
    messages.success(request, _("Signed out there."))
    get_adapter().send_notification_mail("wallet/email/sessions_ended", request.user)


def _passkey(authenticator: Authenticator) -> Passkey:
    return Passkey(authenticator.pk, str(authenticator), authenticator.created_at, authenticator.last_used_at)


def _sessions(request: CustomerRequest) -> list[Session]:
    """The browsers that are signed in, this one first, then the one used last; without those whose time is over."""
    rows = list(UserSession.objects.filter(user=request.user).order_by("-last_seen_at", "-pk"))
    living = sessions.living((row.session_key for row in rows), request.user)
    found = [
        Session(row.pk, row.user_agent, row.ip, row.created_at, row.last_seen_at, row.is_current())
        for row in rows
        if row.session_key in living
    ]
    return sorted(found, key=lambda session: not session.is_current)
