from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection, models

from wallet.database.retrying import retried

# One statement, so that two at once never both get the last one. A count whose time is over begins anew.
TAKE = """
INSERT INTO wallet_count AS kept (key, taken, ends_at) VALUES (%(key)s, 1, %(ends_at)s)
ON CONFLICT (key) DO UPDATE SET
    taken = CASE WHEN kept.ends_at <= %(now)s THEN 1 ELSE kept.taken + 1 END,
    ends_at = CASE WHEN kept.ends_at <= %(now)s THEN excluded.ends_at ELSE kept.ends_at END
WHERE kept.ends_at <= %(now)s OR kept.taken < %(most)s
RETURNING taken
"""


class CountQuerySet(models.QuerySet["Count"]):
    def full_until(self, key: str, *, most: int, now: datetime) -> datetime | None:
        """Until when this is used up; None while there is some left. Reads only."""
        return self.filter(key=key, taken__gte=most, ends_at__gt=now).values_list("ends_at", flat=True).first()

    @retried
    def take(self, key: str, *, most: int, now: datetime, ends_at: datetime) -> int | None:
        """Counts one more until then, or until the count ends that has begun. Which it is; None where all are taken."""
        adapt = connection.ops.adapt_datetimefield_value
        with connection.cursor() as cursor:
            moments = {"now": adapt(now.astimezone(UTC)), "ends_at": adapt(ends_at.astimezone(UTC))}
            cursor.execute(TAKE, {"key": key, "most": most, **moments})
            row = cursor.fetchone()
        return int(row[0]) if row else None

    @retried
    def give_back(self, key: str) -> None:
        """One that was taken did not count after all."""
        self.filter(key=key, taken__gt=0).update(taken=models.F("taken") - 1)

    def clear(self, now: datetime) -> None:
        """Removes what has expired, here and in the cache, where allauth counts. Nothing else ever does."""
        self.filter(ends_at__lte=now).delete()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM cache WHERE expires < %s", [connection.ops.adapt_datetimefield_value(now)])


class Count(models.Model):
    """How often something was done since it was first done, until its time is over (P22). Whose it is says a hash alone."""

    key = models.CharField(max_length=64, primary_key=True)
    taken = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    objects = CountQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
