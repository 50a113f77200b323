from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from wallet import ledger, money
from wallet.market import rounds
from wallet.market.demo_assets import DEMO_ASSETS
from wallet.market.source import MarketError
from wallet.models import Asset

# What the demo customer holds, in whole coins: small balances, and one of every reason why not.
HOLDINGS = {
    "LINK": "0.9120048",
    "TRX": "31.40712",
    "DOGE": "48.7731",
    "XRP": "2.81940051",
    "ETH": "0.0012941",
    "VET": "214.06",
    "ATOM": "1.0732",
    "ADA": "6.21",
    "LTC": "0.01873",
    "DOT": "0.44190221",
    "SOL": "0.00841",
    "SHIB": "18204.55",
    "EUR": "3.18",
    "NEAR": "0.7301",
    "BNB": "0.1127",
    # worth more than the limit
    "BTC": "0.0412",
    "USDT": "241.5",
    # delisted, unlisted, paused
    "LUNC": "15230.5",
    "FTT": "2.5",
    "GALA": "88.1",
    # too small, and without a price
    "BTTC": "0.001",
    "CRO": "41.6",
}


class Command(BaseCommand):
    help = "Set up the demonstration: assets, prices, a customer (demo / demo) and an operator (admin / admin)."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("This is production (DEBUG is false). The demonstration has public passwords.")
        self._assets()
        self._users()
        customer = get_user_model().objects.get(username="demo")
        assets = {asset.code: asset for asset in Asset.objects.filter(code__in=HOLDINGS)}
        for code, amount in HOLDINGS.items():
            units = money.to_units(amount, assets[code].scale)
            ledger.deposit(user=customer, asset=assets[code], units=units, reference=f"seed-demo-{code}")
        try:
            self.stdout.write(f"{rounds.refresh()} assets have a price.")
        except MarketError as error:
            self.stderr.write(f"No prices yet: {error}")
        self.stdout.write("Sign in as demo / demo, or as the operator admin / admin.")

    def _assets(self) -> None:
        Asset.objects.bulk_create(
            [
                Asset(code=entry.code, name=entry.name, scale=entry.scale, **STATES.get(entry.code, {}))
                for entry in DEMO_ASSETS
            ],
            ignore_conflicts=True,
        )

    def _users(self) -> None:
        users = get_user_model().objects
        if not users.filter(username="demo").exists():
            users.create_user("demo", "demo@example.com", "demo", first_name="Mira", last_name="Koskinen")
        if not users.filter(username="admin").exists():
            users.create_superuser("admin", "admin@example.com", "admin")


STATES: dict[str, dict[str, Any]] = {
    "LUNC": {
        "status": Asset.Status.DELISTED,
        "delisted_on": date(2026, 11, 3),
        "withdraw_until": date(2027, 2, 3),
    },
    "FTT": {"status": Asset.Status.UNLISTED},
    "GALA": {
        "conversions_paused": True,
        "pause_reason": "Its network is being upgraded. Deposits and balances are not affected.",
    },
}
