from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from ipaddress import ip_address
from operator import or_

from django.db import connection, models
from django.db.models import Q

from wallet.models.fields import WrittenAtField

# Each value that a column has, by a step down its index for each: a million rows have few names.
IN_USE = """
WITH RECURSIVE used(value) AS (
    SELECT min({column}) FROM wallet_staffaction
    UNION ALL
    SELECT (SELECT min({column}) FROM wallet_staffaction WHERE {column} > used.value) FROM used
    WHERE used.value IS NOT NULL
)
SELECT value FROM used WHERE value IS NOT NULL
"""


class StaffActionQuerySet(models.QuerySet["StaffAction"]):
    def names_in_use(self) -> list[str]:
        """Everybody who ever did something, by name, in order."""
        return self._in_use("staff_name")

    def actions_in_use(self) -> list[str]:
        """Everything that was ever done, in order."""
        return self._in_use("action")

    def on_day(self, day: date) -> StaffActionQuerySet:
        """What was done on this day of UTC."""
        start = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return self.filter(created_at__gte=start, created_at__lt=start + timedelta(days=1))

    def about(self, term: str) -> StaffActionQuerySet:
        """What was done by, to or under this: a name, an object's key, a request's id or an address, in full."""
        # Mostly one of them alone has it. Then its index finds the rows in their order, which no index does for all.
        fields = [field for field in ("staff_name", "object_key", "object_name", "request_id") if _has(field, term)]
        found = [Q((field, term)) for field in fields]
        if _is_address(term):
            found.append(Q(address=term))
        return self.filter(reduce(or_, found)) if found else self.none()

    def _in_use(self, column: str) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(IN_USE.format(column=column))
            return sorted(value for (value,) in cursor.fetchall())


def _has(field: str, term: str) -> bool:
    """Whether a row has this there: a step down the index, to the first value that is not before it.

    Asked for the value itself PostgreSQL might read the whole table, expecting one that many rows have.
    """
    following = StaffAction.objects.filter(**{f"{field}__gte": term}).order_by(field)
    return following.values_list(field, flat=True).first() == term


def _is_address(term: str) -> bool:
    try:
        ip_address(term)
    except ValueError:
        return False
    return True


class StaffAction(models.Model):
    """Something that a member of staff did, from a page, a command or a program. Written once, kept for ever (P17, P20).

    Who it was is written down as it was then: no row of this table refers to another, so nothing that goes takes it along.
    """

    class Origin(models.TextChoices):
        PAGE = "page", "page"
        COMMAND = "command", "command"
        API = "api", "API"

    created_at = WrittenAtField()
    staff_id = models.BigIntegerField("number of the account", null=True, editable=False)
    staff_name = models.CharField("who", max_length=150, editable=False)
    origin = models.CharField("from", max_length=7, choices=Origin, editable=False)
    action = models.CharField(max_length=40, editable=False, help_text="A name that stays.")
    object_type = models.CharField(max_length=60, blank=True, editable=False)
    object_key = models.CharField(max_length=64, blank=True, editable=False)
    object_name = models.CharField("object", max_length=200, blank=True, editable=False)
    reason = models.TextField(blank=True, editable=False)
    before = models.JSONField(null=True, editable=False)
    after = models.JSONField(null=True, editable=False)
    request_id = models.CharField("request", max_length=64, blank=True, editable=False)
    address = models.GenericIPAddressField(null=True, editable=False)

    objects = StaffActionQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = "staff action"
        permissions = [("administer_staff", "Can make others staff and give them roles")]
        indexes = [
            models.Index(fields=["staff_name", "id"], name="staffaction_by_name"),
            models.Index(fields=["action", "id"], name="staffaction_by_action"),
            models.Index(fields=["origin", "id"], name="staffaction_by_origin"),
            models.Index(fields=["object_type", "object_key", "id"], name="staffaction_of_object"),
            models.Index(fields=["object_key", "id"], name="staffaction_by_key"),
            models.Index(fields=["object_name", "id"], name="staffaction_by_object_name"),
            models.Index(fields=["request_id", "id"], name="staffaction_of_request"),
            models.Index(fields=["address", "id"], name="staffaction_from_address"),
            models.Index(fields=["created_at", "id"], name="staffaction_by_moment"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(origin="command", staff_id__isnull=True)
                | Q(origin__in=["page", "api"], staff_id__isnull=False),
                name="staffaction_has_an_account_but_for_commands",
            ),
            models.CheckConstraint(condition=~Q(staff_name="") & ~Q(action=""), name="staffaction_says_who_and_what"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_name}: {self.action} {self.object_name}".rstrip()
