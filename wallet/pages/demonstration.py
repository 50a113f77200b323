"""What the users of a demonstration are told: that it is one, and what there is to try. Only where its history was made."""

from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils.translation import gettext as _

from wallet import demo_users
from wallet.market.demo import STEP_MS
from wallet.market.demo_assets import JUMPING
from wallet.models import Account, Asset, Conversion, Policy
from wallet.models.conversions import ConversionQuerySet
from wallet.pages.lists import rows_of
from wallet.pages.terms import terms
from wallet.refusals import Code


@dataclass(frozen=True, slots=True)
class Suggestion:
    label: str
    address: str
    words: str


@dataclass(frozen=True)
class Demonstration:
    """For its customer, under the policy version in force."""

    user: User
    policy: Policy

    @property
    def words(self) -> str:
        """That nothing here is real, and which figure isn't the product's own."""
        first = terms(Policy.objects.order_by("pk")[:1].get())
        return _(
            "This is a demonstration: its prices are made up. You can convert once %(every)s here, by a policy version of"
            " the demonstration’s own; the first version says once %(first)s."
        ) % {"every": terms(self.policy).every, "first": first.every}

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        return [
            Suggestion(
                _("Convert dust"),
                reverse("dust"),
                _("Each balance says what it would bring, or why it can’t be converted."),
            ),
            *self._ended(
                Conversion.objects.of(self.user).completed(),
                _("Check a receipt"),
                _("Every price, market and rounding of a conversion, to be worked out by hand."),
            ),
            *self._ended(
                Conversion.objects.of(self.user).filter(reason_code=Code.PRICE_CHANGED.value),
                _("See a stop"),
                _("A price moved too far between the estimate and Confirm, so nothing was converted."),
            ),
            *self._stop_one(),
            Suggestion(
                _("Look back"),
                reverse("history"),
                _("Three months with every way in which a conversion can end, and files for tax tools."),
            ),
            *self._mail(),
            Suggestion(
                _("See the other side"),
                f"{reverse('account_logout')}?next={reverse('admin:index')}",
                _("Sign in as the operator: admin / admin. What one proposes, another approves: approver / approver."),
            ),
        ]

    def _ended(self, conversions: ConversionQuerySet, label: str, words: str) -> list[Suggestion]:
        """The newest of these, where there is one."""
        found = conversions.order_by("-pk").values_list("reference", flat=True).first()
        return [Suggestion(label, reverse("conversion", args=[found]), words)] if found else []

    def _mail(self) -> list[Suggestion]:
        """Where the demonstration keeps its mails, instead of sending them."""
        if not settings.DEMO_MAIL:
            return []
        words = _("What the demonstration would have sent: once you have converted, there is a receipt.")
        return [Suggestion(_("Read your mail"), reverse("demo_mail"), words)]

    def _stop_one(self) -> list[Suggestion]:
        held = Account.objects.held_by(self.user).filter(asset__code=JUMPING.code, units__gt=0)
        if not held.exists():
            return []
        words = _(
            "The price of %(asset)s jumps every %(seconds)s seconds. Review it, wait for as long, then confirm."
        ) % {"asset": JUMPING.code, "seconds": STEP_MS // 1000}
        return [Suggestion(_("Be stopped"), f"{reverse('dust')}?asset={JUMPING.code}", words)]


def demonstration(user: User, policy: Policy) -> Demonstration | None:
    """For the demonstration's customer, where its history was made; None for everybody else, and in production."""
    is_shown = is_demonstration() and user.get_username() == demo_users.CUSTOMER and _has_history()
    return Demonstration(user, policy) if is_shown else None


def who_signs_in() -> str:
    """Whose accounts there are, for the page to sign in; empty but in a demonstration whose history was made."""
    if not is_demonstration() or not _has_history():
        return ""
    return _("This is a demonstration. Sign in as demo / demo, or as an operator: admin / admin, approver / approver.")


def for_operators() -> list[Suggestion]:
    """What operators can try in a demonstration whose history was made; nothing elsewhere. English, as all of the admin."""
    if not is_demonstration() or not _has_history():
        return []
    return [
        Suggestion(
            "Decide as two",
            rows_of("proposal", {"waits": "anybody"}),
            "A booking waits. Who proposed it can't approve it: sign in as approver / approver.",
        ),
        Suggestion(
            "Explain a stop",
            rows_of("conversion", {"status__exact": Conversion.Status.STOPPED.value}),
            "The quote beside the settlement, and the rule that said no, in the customer's words.",
        ),
        Suggestion(
            "Change a figure",
            rows_of("policy", {}),
            "A new version is proposed, shown old beside new with examples from real balances, and takes effect later.",
        ),
        Suggestion(
            "Look at the house",
            reverse("admin:wallet_houseaccount_treasury"),
            "What it holds, what it owes customers, and what is its own, with prices and their age.",
        ),
        Suggestion(
            "Pause an asset",
            rows_of("asset", {}),
            "The page says who holds it, what runs, and what customers will read.",
        ),
    ]


def is_demonstration() -> bool:
    return settings.PRICE_SOURCE == "demo" and not settings.PRODUCTION


def _has_history() -> bool:
    return Asset.objects.filter(code=JUMPING.code).exists()
