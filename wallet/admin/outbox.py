from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from wallet.admin.base import FarBack, ReadOnly, Recorded, to_the_second
from wallet.models import OutboxMail

COLUMNS = (
    "due",
    "kind",
    "of_conversion",
    "customer",
    "state",
    "reason",
    "attempts",
    "next_attempt",
    "ended",
    "last_error",
)


@admin.register(OutboxMail)
class OutboxMailAdmin(ReadOnly, Recorded):
    """Mails to customers, the newest first: which were sent, which wait, and what the mail server said last."""

    list_display = [*COLUMNS]
    list_filter = ["state", "kind", "reason"]
    list_select_related = ["conversion__user"]
    search_fields = ["=conversion__reference", "=conversion__user__username", "=conversion__user__email"]
    search_help_text = "A conversion’s reference, or a customer’s name or address, in full."
    show_full_result_count = False
    paginator = FarBack
    fields = readonly_fields = COLUMNS

    @admin.display(description="due (UTC)", ordering="due_at")
    def due(self, mail: OutboxMail) -> str:
        return to_the_second(mail.due_at)

    @admin.display(description="conversion", ordering="conversion")
    def of_conversion(self, mail: OutboxMail) -> SafeString:
        address = reverse("admin:wallet_conversion_change", args=[mail.conversion_id])
        return format_html('<a href="{}">{}</a>', address, mail.conversion)

    @admin.display(ordering="conversion__user")
    def customer(self, mail: OutboxMail) -> str:
        return mail.conversion.user.get_username()

    @admin.display(description="next attempt (UTC)", ordering="next_attempt_at")
    def next_attempt(self, mail: OutboxMail) -> str | None:
        return to_the_second(mail.next_attempt_at) if mail.next_attempt_at else None

    @admin.display(description="ended (UTC)", ordering="ended_at")
    def ended(self, mail: OutboxMail) -> str | None:
        return to_the_second(mail.ended_at) if mail.ended_at else None
