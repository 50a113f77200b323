"""What the mails say about second factors, devices and sessions (P21)."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from wallet.pages.letters import Facts, Letter, told


def codes_on(facts: Facts) -> Letter:
    words = _("From now on, signing in to your account asks for a code from your app.")
    return told(facts, _("Codes from an app are on"), words)


def codes_off(facts: Facts) -> Letter:
    words = _("Signing in to your account asks for no code from your app any more.")
    return told(facts, _("Codes from an app are off"), words)


def passkey_added(facts: Facts) -> Letter:
    words = _("A passkey was added to your account. It signs you in without a password.")
    return told(facts, _("A passkey was added"), words)


def passkey_removed(facts: Facts) -> Letter:
    words = _("A passkey was removed from your account. It signs nobody in any more.")
    return told(facts, _("A passkey was removed"), words)


def codes_made(facts: Facts) -> Letter:
    words = _("New recovery codes were made for your account. The old ones sign nobody in any more.")
    return told(facts, _("New recovery codes were made"), words)


def new_device(facts: Facts) -> Letter:
    words = _("Somebody signed in to your account on a device that it has not seen before.")
    return told(facts, _("A new device signed in"), words)


def sessions_ended(facts: Facts) -> Letter:
    return told(facts, _("Other devices were signed out"), _("Other devices were signed out of your account."))


def factors_reset(facts: Facts) -> Letter:
    words = _("An operator of the site removed the codes and passkeys of your account.")
    then = _("Your password alone signs you in until you set up new ones.")
    return told(facts, _("Your second steps were removed"), words, then)


# By the names that django-allauth, and the site itself, send them by.
SECURITY_LETTERS: dict[str, Callable[[Facts], Letter]] = {
    "totp_activated": codes_on,
    "totp_deactivated": codes_off,
    "webauthn_added": passkey_added,
    "webauthn_removed": passkey_removed,
    "recovery_codes_generated": codes_made,
    "new_device": new_device,
    "sessions_ended": sessions_ended,
    "factors_reset": factors_reset,
}
