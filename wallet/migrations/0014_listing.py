"""BTC and BNB stay listed, a pause has a reason, closings that come of BNB's pause or of a guard (P20)."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from wallet.database.guards import set_aside_during

CORE = ("BTC", "BNB")
SAID = django.db.models.lookups.GreaterThan(
    django.db.models.functions.text.Length(django.db.models.functions.text.Trim("pause_reason")), 0
)


def mend(apps, schema_editor):
    """What was possible before: BTC and BNB were paid out all the same, so they are listed."""
    assets = apps.get_model("wallet", "Asset").objects.using(schema_editor.connection.alias)
    assets.filter(code__in=CORE).update(status="listed", delisted_on=None)
    for asset in assets.filter(conversions_paused=True):
        if not asset.pause_reason.strip(" "):
            assets.filter(pk=asset.pk).update(pause_reason="Conversions are paused.")


class Migration(migrations.Migration):
    dependencies = [("wallet", "0013_guards_of_movements")]
    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        *set_aside_during(
            migrations.RemoveConstraint(model_name="asset", name="asset_pause_has_reason"),
            migrations.RemoveConstraint(model_name="opening", name="opening_breaker_only_closes"),
            migrations.AlterField(
                model_name="asset",
                name="delisted_on",
                field=models.DateField(
                    blank=True,
                    help_text="A day of UTC. From then on it can't be converted, whatever the status says.",
                    null=True,
                ),
            ),
            migrations.AlterField(
                model_name="opening",
                name="cause",
                field=models.CharField(
                    choices=[
                        ("operator", "Operator"),
                        ("breaker", "House breaker"),
                        ("treasury", "Treasury's limits"),
                        ("bnb", "Pause of BNB"),
                    ],
                    default="operator",
                    editable=False,
                    max_length=10,
                ),
            ),
            migrations.AddConstraint(
                model_name="asset",
                constraint=models.CheckConstraint(
                    condition=models.Q(("conversions_paused", False), SAID, _connector="OR"),
                    name="asset_pause_has_reason",
                    violation_error_message="Say why conversions are paused: customers read it.",
                ),
            ),
            migrations.AddConstraint(
                model_name="asset",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("code__in", ["BTC", "BNB"]), _negated=True),
                        models.Q(("delisted_on__isnull", True), ("status", "listed")),
                        _connector="OR",
                    ),
                    name="asset_btc_and_bnb_stay_listed",
                    violation_error_message="BTC and BNB stay listed: conversions are made with them.",
                ),
            ),
            migrations.AddConstraint(
                model_name="opening",
                constraint=models.CheckConstraint(
                    condition=models.Q(
                        ("cause", "operator"),
                        models.Q(
                            models.Q(("reason", ""), _negated=True),
                            ("cause__in", ["breaker", "treasury"]),
                            ("closes_at__isnull", True),
                            ("created_by__isnull", True),
                            ("is_open", False),
                            ("reopens_at__isnull", True),
                        ),
                        models.Q(
                            models.Q(("reason", ""), _negated=True),
                            ("cause", "bnb"),
                            ("closes_at__isnull", True),
                            ("reopens_at__isnull", True),
                        ),
                        _connector="OR",
                    ),
                    name="opening_fits_its_cause",
                ),
            ),
        ),
    ]
