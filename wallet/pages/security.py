"""What the page of an account's security says: how one signs in, where one is signed in, and what happened."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wallet.models import SecurityEvent
from wallet.pages import markup
from wallet.pages.buttons import Button

# What a browser calls itself, and what people call it. The first that is found counts: most claim to be others too.
BROWSERS = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def device(said: str) -> str:
    """A browser and its system in words, like Firefox on Linux, of what it says that it is."""
    browser = next((name for sign, name in BROWSERS.items() if re.search(rf"\b{sign}/", said)), "")
    system = next((name for sign, name in SYSTEMS.items() if sign in said), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("Unknown device")


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey, and where it is renamed and removed."""

    number: int
    name: str
    added_at: datetime
    used_at: datetime | None

    @property
    def used(self) -> SafeString:
        if self.used_at is None:
            return markup.filled(_("Added %(day)s, not used yet"), day=markup.short_time(self.added_at))
        return markup.filled(_("Last used %(day)s"), day=markup.short_time(self.used_at))

    @property
    def rename_address(self) -> str:
        return reverse("mfa_edit_webauthn", args=[self.number])

    @property
    def remove_address(self) -> str:
        return reverse("mfa_remove_webauthn", args=[self.number])


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. `place` is its network address."""

    number: int
    agent: str
    place: str
    began_at: datetime
    seen_at: datetime
    is_current: bool

    @property
    def device(self) -> str:
        return device(self.agent)

    @property
    def seen(self) -> SafeString:
        return markup.short_time(self.seen_at)

    @property
    def began(self) -> SafeString:
        return markup.short_time(self.began_at)

    @property
    def end_address(self) -> str:
        return reverse("end_session", args=[self.number])

    @property
    def end_label(self) -> str:
        """What its button says to whoever doesn't see the row."""
        return _("Sign out %(device)s at %(place)s") % {"device": self.device, "place": self.place}


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the account."""

    event: SecurityEvent

    @property
    def when(self) -> SafeString:
        return markup.short_time(self.event.created_at)

    @property
    def words(self) -> str:
        said = str(SecurityEvent.Kind(self.event.kind).label)
        return f"{said}: {self.event.about}" if self.event.about else said

    @property
    def where(self) -> str:
        """From which browser and network address; empty where it came from neither."""
        said = [device(self.event.device) if self.event.device else "", self.event.address or ""]
        return " · ".join(part for part in said if part)


@dataclass(frozen=True, kw_only=True)
class SecurityPage:
    """`has_codes`: codes from an app are set up. `codes_left` are unused recovery codes; None without any factor.

    `must_have_one`: the account may not do without a second step. `goes_on_to` is the page that asked for one.
    """

    has_codes: bool
    passkeys: Sequence[Passkey]
    codes_left: int | None
    must_have_one: bool
    goes_on_to: str
    sessions: Sequence[Session]
    events: Sequence[Event]

    @property
    def title(self) -> str:
        return _("Security")

    @property
    def has_factor(self) -> bool:
        return self.has_codes or bool(self.passkeys)

    @property
    def demand(self) -> str:
        """Why one was led here; empty where nothing is missing."""
        if self.has_factor or not self.must_have_one:
            return ""
        return _("Your account needs a second step at sign-in. Set up codes or a passkey to go on.")

    @property
    def way_on(self) -> Button | None:
        """Back to the page that asked for a second step, once there is one."""
        return Button(_("Carry on"), self.goes_on_to) if self.has_factor and self.goes_on_to else None

    @property
    def codes_state(self) -> str:
        if self.has_codes:
            return _("On. Signing in asks for a code from your app.")
        return _("Off. An app on your phone shows a new code every 30 seconds.")

    @property
    def codes_button(self) -> Button:
        if self.has_codes:
            return Button(_("Turn off codes"), reverse("mfa_deactivate_totp"), is_second=True)
        return Button(_("Set up codes"), self._onwards("mfa_activate_totp"), is_second=bool(self.passkeys))

    @property
    def passkeys_state(self) -> str:
        if self.passkeys:
            return ""
        return _(
            "None. A passkey signs you in with your finger, your face or a PIN, and can’t be given away by mistake."
        )

    @property
    def add_passkey_address(self) -> str:
        return self._onwards("mfa_add_webauthn")

    @property
    def recovery_state(self) -> str:
        if self.codes_left is None:
            return _("You get them when you set up a second step, for when you can’t use it.")
        words = ngettext("%(count)d code is left.", "%(count)d codes are left.", self.codes_left)
        return words % {"count": self.codes_left}

    @property
    def recovery_address(self) -> str:
        """Where the codes are; empty without any."""
        return "" if self.codes_left is None else reverse("mfa_view_recovery_codes")

    @property
    def has_other_sessions(self) -> bool:
        return any(not session.is_current for session in self.sessions)

    def _onwards(self, name: str) -> str:
        return reverse(name) + (f"?{urlencode({'next': self.goes_on_to})}" if self.goes_on_to else "")
