"""Mails to customers about their conversions, whether they want them, and who of the staff sees them."""

import django.db.models.deletion
from django.db import migrations, models

import wallet.models.fields
from wallet.database.guards import set_aside_during

ROLES = ("viewer", "support")


def write(apps, schema_editor):
    """Lets these roles see the mails; Django would make the permission once all migrations have run."""
    using = schema_editor.connection.alias
    content_type, permission, group = (
        apps.get_model(*name).objects.using(using)
        for name in (("contenttypes", "ContentType"), ("auth", "Permission"), ("auth", "Group"))
    )
    kind, _ = content_type.get_or_create(app_label="wallet", model="outboxmail")
    named = {"name": "Can view mail to a customer"}
    seen, _ = permission.get_or_create(content_type_id=kind.pk, codename="view_outboxmail", defaults=named)
    for role in ROLES:
        group.get(name=role).permissions.add(seen.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0026_guards_of_effects"),
    ]

    operations = [
        *set_aside_during(
            migrations.AddField(
                model_name="customer",
                name="wants_notices",
                field=models.BooleanField(default=False, verbose_name="told by mail when they can convert again"),
            ),
            migrations.AddField(
                model_name="customer",
                name="wants_receipts",
                field=models.BooleanField(default=True, verbose_name="receipts by mail"),
            ),
        ),
        migrations.CreateModel(
            name="OutboxMail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("receipt", "Receipt"), ("again", "You can convert again")],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(editable=False, help_text="From when on it is to be sent.")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("sent", "Sent"),
                            ("dropped", "Not sent: it no longer held"),
                            ("given_up", "Given up"),
                        ],
                        default="waiting",
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, editable=False)),
                ("next_attempt_at", models.DateTimeField(editable=False, null=True)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("choice", "The customer switched it off"),
                            ("account", "The account is deactivated, staff, or has no confirmed address"),
                            ("replaced", "The customer has converted again"),
                            ("running", "A conversion is in progress"),
                            ("closed", "Conversions are closed"),
                            ("nothing", "There is nothing to convert"),
                        ],
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "last_error",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="What went wrong, and the mail server’s code; no address.",
                        max_length=100,
                    ),
                ),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False)),
                (
                    "conversion",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="mails",
                        to="wallet.conversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "mail to a customer",
                "verbose_name_plural": "mails to customers",
                "ordering": ["-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["next_attempt_at", "id"],
                        name="outboxmail_due",
                    ),
                    models.Index(
                        condition=models.Q(("state", "waiting")), fields=["due_at"], name="outboxmail_waiting"
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)),
                        fields=["state", "ended_at"],
                        name="outboxmail_ended",
                    ),
                    models.Index(
                        condition=models.Q(("ended_at__isnull", False)), fields=["ended_at"], name="outboxmail_by_age"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("conversion", "kind"), name="outboxmail_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["receipt", "again"])), name="outboxmail_kind_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("ended_at__isnull", True),
                                ("next_attempt_at__isnull", False),
                                ("reason", ""),
                                ("state", "waiting"),
                            ),
                            models.Q(
                                ("attempts__gte", 1),
                                ("ended_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                                ("reason", ""),
                                ("state", "sent"),
                            ),
                            models.Q(
                                models.Q(("last_error", ""), _negated=True),
                                ("attempts__gte", 1),
                                ("ended_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                                ("reason", ""),
                                ("state", "given_up"),
                            ),
                            models.Q(
                                models.Q(("reason", ""), _negated=True),
                                ("ended_at__isnull", False),
                                ("next_attempt_at__isnull", True),
                                ("state", "dropped"),
                            ),
                            _connector="OR",
                        ),
                        name="outboxmail_state_is_whole",
                    ),
                ],
            },
        ),
        migrations.RunPython(write, migrations.RunPython.noop),
    ]
