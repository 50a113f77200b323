"""Accounts, as operators see them. They make them, deactivate them and help their owners back in; they never become them.

S2, P20: a password is chosen by its owner alone, from a mail that staff can have sent. Names and addresses stay what they
are, nobody is deleted, and rights are given by an administrator to others, never to oneself. Staff hold no balances.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from wallet import events, mailboxes, roles, user_names
from wallet.account_forms import ResetForm
from wallet.admin.base import ReadOnly, Recorded
from wallet.models import Account, SecurityEvent

IDENTITY = ("username", "email", "first_name", "last_name")
RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")
Kind = SecurityEvent.Kind

for model in (User, Group, EmailAddress, Authenticator, UserSession):
    admin.site.unregister(model)


class NewUserForm(forms.ModelForm):
    """A new account. Its owner chooses the password."""

    email = forms.EmailField(
        help_text="Where the mail goes by which its owner chooses a password. It is not changed here.",
        error_messages={"invalid": "Enter an email address, like name@example.com."},
    )

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"]
        user_names.check(name)
        return name

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"].lower()
        if mailboxes.is_held(address):
            raise forms.ValidationError("Another account has this address.")
        return address


class UserForm(forms.ModelForm):
    """Rights are taken away here at once, and given by a proposal that another administrator approves (P20).

    Who does something with money has no money here, and who has money gets no rights.
    """

    GIVEN = "This gives rights, which another administrator has to approve: propose it under “Proposals”."

    def clean_is_staff(self) -> bool:
        is_staff: bool = self.cleaned_data["is_staff"]
        if is_staff and Account.objects.filter(user=self.instance).exists():
            raise forms.ValidationError("This account holds balances. Make another one for the operator.")
        return self._not_given("is_staff", is_staff)

    def clean_is_superuser(self) -> bool:
        return self._not_given("is_superuser", self.cleaned_data["is_superuser"])

    def clean_groups(self) -> Any:
        return self._none_added("groups")

    def clean_user_permissions(self) -> Any:
        return self._none_added("user_permissions")

    def _not_given(self, name: str, has_it: bool) -> bool:
        if has_it and not self.initial.get(name):
            raise forms.ValidationError(self.GIVEN)
        return has_it

    def _none_added(self, name: str) -> Any:
        """What is left of them; none that was not there."""
        left = self.cleaned_data[name]
        had = {one.pk for one in self.initial.get(name) or ()}
        if any(one.pk not in had for one in left):
            raise forms.ValidationError(self.GIVEN)
        return left

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        has_rights = any(given.get(name) for name in ("is_superuser", "groups", "user_permissions"))
        if has_rights and not given.get("is_staff") and "is_staff" not in self.errors:
            raise forms.ValidationError("Only staff have rights. Tick “staff status”, or take the rights away.")
        return given


@admin.register(User)
class UserAdmin(Recorded):
    list_display = ["username", "email", "first_name", "last_name", "is_active", "is_staff"]
    list_filter = ["is_staff", "is_superuser", "is_active"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    filter_horizontal = ["groups", "user_permissions"]
    actions = ["send_reset", "reset_factors"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        if obj is None:
            return [(None, {"fields": IDENTITY})]
        return [
            (None, {"fields": (*IDENTITY, "is_active")}),
            ("Rights", {"fields": RIGHTS}),
            ("Dates", {"fields": ("last_login", "date_joined")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Rights are an administrator's to give, and to others only; whether one is active is not one's own affair either.

        An administrator gives roles; single permissions, and all of them, are a superuser's to give.
        """
        if obj is None:
            return ()
        kept = ("username", "email", "last_login", "date_joined")
        if obj == request.user:
            return (*kept, "is_active", *RIGHTS)
        if request.user.is_superuser:
            return kept
        return (*kept, "is_superuser", "user_permissions") if roles.may_give_rights(request.user) else (*kept, *RIGHTS)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        may_make_staff = obj is not None and "is_staff" not in self.get_readonly_fields(request, obj)
        form = NewUserForm if obj is None else UserForm if may_make_staff else forms.ModelForm
        return super().get_form(request, obj, change, **{"form": form, **options})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff are changed by administrators only, and superusers by superusers."""
        may: bool = super().has_change_permission(request, obj)
        if not may or obj is None or request.user.is_superuser:
            return may
        return not obj.is_superuser and (not obj.is_staff or roles.may_give_rights(request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody goes, with what they did: an account is deactivated."""
        return False

    def has_reset_permission(self, request: HttpRequest) -> bool:
        return roles.may_give_rights(request.user)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Nobody guesses at a password's hash by asking for users who have it."""
        return not lookup.startswith("password") and super().lookup_allowed(lookup, value, request)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where somebody took the name since the form looked, it looks again, and says so."""
        try:
            return super().add_view(request, form_url, extra_context)
        except IntegrityError:
            return super().add_view(request, form_url, extra_context)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if change:
            return super().save_model(request, obj, form, change)
        obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        self._send_reset(request, obj)
        return None

    @admin.action(description="Send a mail to choose a new password", permissions=["change"])
    def send_reset(self, request: HttpRequest, users: QuerySet[User]) -> None:
        for user in users:
            if self.has_change_permission(request, user) or user == request.user:
                self._send_reset(request, user)
            else:
                messages.error(request, f"{user} is staff: an administrator has to do that.")

    @admin.action(description="Remove second factors of others who lost them", permissions=["reset"])
    def reset_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """By another administrator only: one's own are removed in the settings, with a fresh proof."""
        for user in users:
            if user == request.user:
                messages.error(request, "Another administrator has to remove yours.")
                continue
            if not self.has_change_permission(request, user):
                messages.error(request, f"{user} is a superuser: another one has to do that.")
                continue
            with transaction.atomic():
                Authenticator.objects.filter(user=user).delete()
                for session in UserSession.objects.filter(user=user):
                    session.end()
                events.write(Kind.FACTORS_RESET, user, request, str(request.user))
                self.record(request, "factors_reset", user)
            get_adapter().send_notification_mail("wallet/email/factors_reset", user)
            messages.success(request, f"{user} signs in with the password alone, until a new second factor is set up.")

    def _send_reset(self, request: HttpRequest, user: User) -> None:
        form = ResetForm({"email": user.email})
        if not user.is_active or not form.is_valid():
            messages.error(request, f"{user} is not active, or has no address that a mail could go to.")
            return
        with transaction.atomic():
            events.write(Kind.RESET_SENT, user, request, str(request.user))
            self.record(request, "reset_sent", user)
        form.save(request)
        messages.success(request, f"A mail to choose a new password is on its way to {user}.")


@admin.register(Group)
class Groups(Recorded, GroupAdmin):
    """Rights of many, which only a superuser gives. The roles are what the site says that they are."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser) and (obj is None or obj.name not in roles.ROLES)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(EmailAddress)
class EmailAddressAdmin(ReadOnly, Recorded):
    """Where an account's mails go, for whoever helps its owner."""

    list_display = ["email", "user", "primary", "verified"]
    list_filter = ["verified"]
    list_select_related = ["user"]
    search_fields = ["email", "user__username"]


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnly, Recorded):
    list_display = ["created_at", "user", "kind", "about", "address", "device"]
    list_select_related = ["user"]
    list_filter = ["kind"]
    search_fields = ["user__username", "address"]
    show_full_result_count = False
