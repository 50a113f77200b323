"""Proposals, what is decided on them, and policy versions with a moment of effect that can be withdrawn before it."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.conf import settings
from django.db import migrations, models

import wallet.models.fields
from wallet.database.guards import set_aside_during


class Migration(migrations.Migration):
    dependencies = [
        ("wallet", "0008_guards_of_staff"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = set_aside_during(
        migrations.AddField(
            model_name="policy",
            name="effective_from",
            field=models.DateTimeField(
                blank=True,
                help_text="Empty: as soon as it was written down.",
                null=True,
                verbose_name="takes effect (UTC)",
            ),
        ),
        migrations.AlterField(
            model_name="policy",
            name="second_factor",
            field=models.CharField(
                blank=True,
                choices=[
                    ("none", "only where they set one up: at sign-in"),
                    ("confirm", "needed for Confirm"),
                    ("always", "needed to use the wallet, and for Confirm"),
                ],
                default="none",
                help_text="The version in force counts, for every conversion. Customers without one are led to set it up.",
                max_length=7,
                verbose_name="customers’ second factor",
            ),
        ),
        migrations.CreateModel(
            name="PolicyWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(help_text="Why it must not take effect, for the record.", max_length=200)),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False)),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "policy",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="withdrawal",
                        to="wallet.policy",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("policy", "Policy version"), ("resume", "Opening after the house breaker")],
                        editable=False,
                        max_length=20,
                    ),
                ),
                (
                    "payload",
                    models.JSONField(
                        editable=False, help_text="What it changes, as texts, checked whole when it was proposed."
                    ),
                ),
                (
                    "state",
                    models.JSONField(
                        editable=False, help_text="What it was made from: how things stood when it was proposed."
                    ),
                ),
                ("fingerprint", models.CharField(editable=False, help_text="Of that state.", max_length=64)),
                ("reason", models.CharField(editable=False, max_length=200)),
                ("evidence", models.CharField(blank=True, editable=False, max_length=500)),
                ("lapses_at", models.DateTimeField(editable=False)),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False, verbose_name="proposed at")),
                (
                    "concerns",
                    models.ForeignKey(
                        editable=False,
                        help_text="The customer whom it concerns, who has no part in it.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals_about",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "permissions": [
                    ("propose_policy", "Can propose a policy version"),
                    ("decide_policy", "Can approve or refuse a policy version that another proposed"),
                    ("withdraw_policy", "Can withdraw a policy version before it takes effect"),
                    ("propose_resume", "Can propose to open conversions after the house breaker"),
                    ("decide_resume", "Can approve or refuse to open conversions after the house breaker"),
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approved", "Approved"), ("refused", "Refused"), ("taken_back", "Taken back")],
                        editable=False,
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, editable=False, max_length=200)),
                ("created_at", wallet.models.fields.WrittenAtField(editable=False, verbose_name="decided at")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
                (
                    "proposal",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decision",
                        to="wallet.proposal",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
                "default_permissions": ("view",),
            },
        ),
        migrations.AddField(
            model_name="opening",
            name="proposal",
            field=models.OneToOneField(
                blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="wallet.proposal"
            ),
        ),
        migrations.AddField(
            model_name="policy",
            name="proposal",
            field=models.OneToOneField(
                blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, to="wallet.proposal"
            ),
        ),
        migrations.AddConstraint(
            model_name="opening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposal__isnull", True), models.Q(("cause", "operator"), ("is_open", True)), _connector="OR"
                ),
                name="opening_proposed_opens",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("effective_from__isnull", True), ("effective_from__gt", models.F("created_at")), _connector="OR"
                ),
                name="policy_takes_effect_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="policy",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposal__isnull", True), ("effective_from__isnull", False), _connector="OR"),
                name="policy_proposed_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="policywithdrawal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("reason")), 0
                    )
                ),
                name="policy_withdrawal_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("reason")), 0
                    )
                ),
                name="proposal_has_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("kind")), 0
                    )
                ),
                name="proposal_has_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("lapses_at__gt", models.F("created_at"))), name="proposal_lapses_later"
            ),
        ),
        migrations.AddConstraint(
            model_name="proposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("concerns__isnull", True),
                    models.Q(("concerns", models.F("created_by")), _negated=True),
                    _connector="OR",
                ),
                name="proposal_is_not_about_oneself",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["approved", "refused", "taken_back"])),
                name="decision_outcome_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "refused"), _negated=True),
                    django.db.models.lookups.GreaterThan(
                        django.db.models.functions.text.Length(django.db.models.functions.text.Trim("reason")), 0
                    ),
                    _connector="OR",
                ),
                name="decision_refuses_with_a_reason",
            ),
        ),
    )
