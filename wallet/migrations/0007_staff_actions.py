"""What the staff does has a log of its own; what Django's had of it until now goes along."""

from django.db import migrations, models

import wallet.models.fields

NOTE = {"postgresql": "jsonb_build_object", "sqlite": "json_object"}
COPY = """
INSERT INTO wallet_staffaction
    (created_at, staff_id, staff_name, origin, action, object_type, object_key, object_name, reason, "after", request_id)
SELECT l.action_time, l.user_id, u.username, 'page',
    CASE l.action_flag WHEN 1 THEN 'added' WHEN 3 THEN 'deleted' ELSE 'changed' END,
    coalesce(t.app_label || '.' || t.model, ''), coalesce(substr(l.object_id, 1, 64), ''), l.object_repr, '',
    {note}('change_message', l.change_message), ''
FROM django_admin_log l JOIN auth_user u ON u.id = l.user_id LEFT JOIN django_content_type t ON t.id = l.content_type_id
ORDER BY l.id
"""


def copy(apps, schema_editor):
    """What the admin's pages wrote down until now, with its moments. The old rows stay where nobody reads them."""
    schema_editor.execute(COPY.format(note=NOTE[schema_editor.connection.vendor]), params=None)


class Migration(migrations.Migration):
    dependencies = [
        ("admin", "0003_logentry_add_action_flag_choices"),
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
        migrations.RunPython(copy, migrations.RunPython.noop),
    ]
