"""The second step that Confirm asks for where the policy says so (P21): a code or a passkey, not older than five minutes."""

from allauth.mfa.webauthn.internal.auth import begin_authentication
from django.forms import Form
from django.shortcuts import resolve_url

from wallet import factors
from wallet.factor_forms import PasskeyProofForm, ProofForm
from wallet.models import Policy
from wallet.pages.conversion.proof import Proof
from wallet.requests import CustomerRequest


def is_missing(request: CustomerRequest, second_factor: str) -> bool:
    """Whether a Confirm would be refused for want of one, as the policy's `second_factor` says."""
    return second_factor != Policy.SecondFactor.NONE and not factors.is_freshly_proved(request)


def wanted(request: CustomerRequest, reference: str, problem: str = "") -> Proof:
    """What the review asks for."""
    return Proof(
        has_factor=factors.has_factor(request.user),
        page=resolve_url("conversion", reference),
        options=begin_authentication(request.user) if factors.has_passkey(request.user) else None,
        problem=problem,
    )


def take(request: CustomerRequest) -> str:
    """Takes the code or the passkey that was sent, and remembers it; what is wrong with it in words, or nothing."""
    is_passkey = bool(request.POST.get("credential"))
    form: Form = (PasskeyProofForm if is_passkey else ProofForm)(request.POST, user=request.user)
    if form.is_valid():
        form.save()  # type: ignore[attr-defined]
        return ""
    return str(next(iter(form.errors.values()))[0])
