"""What the staff does has a log of its own."""

from django.db import migrations, models

import wallet.models.fields


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0006_counts"),
    ]

    operations = [
        migrations.CreateModel(
            name="StaffAction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False)),
                ("staff_id", models.BigIntegerField(editable=False, null=True, verbose_name="number of the account")),
                ("staff_name", models.CharField(editable=False, max_length=150, verbose_name="who")),
                (
                    "origin",
                    models.CharField(
                        choices=[("page", "page"), ("command", "command"), ("api", "API")],
                        editable=False,
                        max_length=7,
                        verbose_name="from",
                    ),
                ),
                ("action", models.CharField(editable=False, help_text="A name that stays.", max_length=40)),
                ("object_type", models.CharField(blank=True, editable=False, max_length=60)),
                ("object_key", models.CharField(blank=True, editable=False, max_length=64)),
                ("object_name", models.CharField(blank=True, editable=False, max_length=200, verbose_name="object")),
                ("reason", models.TextField(blank=True, editable=False)),
                ("before", models.JSONField(editable=False, null=True)),
                ("after", models.JSONField(editable=False, null=True)),
                ("request_id", models.CharField(blank=True, editable=False, max_length=64, verbose_name="request")),
                ("address", models.GenericIPAddressField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "staff action",
                "ordering": ["-pk"],
                "permissions": [("administer_staff", "Can make others staff and give them roles")],
                "indexes": [
                    models.Index(fields=["staff_name", "id"], name="staffaction_by_name"),
                    models.Index(fields=["action", "id"], name="staffaction_by_action"),
                    models.Index(fields=["origin", "id"], name="staffaction_by_origin"),
                    models.Index(fields=["object_type", "object_key", "id"], name="staffaction_of_object"),
                    models.Index(fields=["object_key", "id"], name="staffaction_by_key"),
                    models.Index(fields=["object_name", "id"], name="staffaction_by_object_name"),
                    models.Index(fields=["request_id", "id"], name="staffaction_of_request"),
                    models.Index(fields=["address", "id"], name="staffaction_from_address"),
                    models.Index(fields=["created_at", "id"], name="staffaction_by_moment"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("origin", "command"), ("staff_id__isnull", True)),
                            models.Q(("origin__in", ["page", "api"]), ("staff_id__isnull", False)),
                            _connector="OR",
                        ),
                        name="staffaction_has_an_account_but_for_commands",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("staff_name", ""), _negated=True), models.Q(("action", ""), _negated=True)
                        ),
                        name="staffaction_says_who_and_what",
                    ),
                ],
            },
        ),
    ]
