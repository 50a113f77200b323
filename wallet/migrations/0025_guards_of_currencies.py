"""A quote's currency, and what it cost then, are written once (P14)."""

from django.db import migrations

from wallet.database.guards import CreateGuards, Guard

KEEPS_ITS_CURRENCY = Guard(
    name="conversion_keeps_its_currency",
    table="conversion",
    event="UPDATE",
    message="a quote is written once",
    when="NEW.currency <> OLD.currency"
    " OR coalesce(NEW.quoted_currency_rate_btc, 0) <> coalesce(OLD.quoted_currency_rate_btc, 0)",
)


class Migration(migrations.Migration):
    dependencies = [("wallet", "0024_reference_currency")]
    operations = [CreateGuards([KEEPS_ITS_CURRENCY])]
