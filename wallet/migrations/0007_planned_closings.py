"""A closing may be announced ahead and end by itself.

SQLite rebuilds the table for the constraints, and loses the guards that 0002 made for it; they are made again, whichever way
this migration goes. PostgreSQL keeps them.
"""

from django.db import migrations, models
from django.db.models import F, Q


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for event in ("UPDATE", "DELETE"):
            schema_editor.execute(
                f"CREATE TRIGGER IF NOT EXISTS opening_refuses_{event.lower()} BEFORE {event} ON wallet_opening WHEN true"
                " BEGIN SELECT RAISE(ABORT, 'wallet_opening is written once'); END",
                params=None,
            )


class Migration(migrations.Migration):
    dependencies = [("wallet", "0006_display_settings")]
    operations = [
        migrations.RunPython(migrations.RunPython.noop, guard),
        migrations.AddField(
            "opening",
            "closes_at",
            models.DateTimeField(
                "closed from",
                null=True,
                blank=True,
                help_text="UTC. Empty: from now on. Later: customers are told ahead.",
            ),
        ),
        migrations.AddField(
            "opening",
            "reopens_at",
            models.DateTimeField(
                "closed until", null=True, blank=True, help_text="UTC. Empty: until you add a record that opens."
            ),
        ),
        migrations.AlterField(
            "opening",
            "notice",
            models.CharField(
                max_length=300,
                blank=True,
                help_text=(
                    "Customers read this on every page. Say why; the times stand beside it, in each customer's own zone."
                ),
            ),
        ),
        migrations.AddConstraint(
            "opening",
            models.CheckConstraint(
                condition=Q(reopens_at__isnull=True) | Q(closes_at__isnull=True) | Q(reopens_at__gt=F("closes_at")),
                name="opening_reopens_after_it_closes",
                violation_error_message="The closing must end after it begins.",
            ),
        ),
        migrations.AddConstraint(
            "opening",
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(closes_at__isnull=True, reopens_at__isnull=True),
                name="opening_open_has_no_times",
                violation_error_message="An opening takes effect at once: leave both times empty, or take the tick away.",
            ),
        ),
        migrations.RunPython(guard, migrations.RunPython.noop),
    ]
