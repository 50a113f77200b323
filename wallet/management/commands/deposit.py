from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from wallet import ledger, money
from wallet.models import Asset


class Command(BaseCommand):
    help = "Credit a customer. The same reference twice posts once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the customer's user name")
        parser.add_argument("asset", help="the asset's code, like DOGE")
        parser.add_argument("amount", help="in whole coins, like 12.5")
        parser.add_argument("--reference", required=True, help="names this deposit, once and for all")

    def handle(self, *args: Any, **options: Any) -> None:
        user, asset = _user(options["user"]), _asset(options["asset"])
        reference = _reference(options["reference"])
        try:
            units = money.to_units(options["amount"], asset.scale)
            posted = ledger.deposit(user=user, asset=asset, units=units, reference=reference)
        except (money.AmountError, ledger.LedgerError) as error:
            raise CommandError(str(error)) from error
        amount = f"{money.to_decimal(units, asset.scale):f}"
        self.stdout.write(
            f"{user} has {amount} {asset} by deposit {reference}, posted {posted.posted_at:%Y-%m-%d %H:%M:%S} UTC."
        )


def _user(name: str) -> User:
    user = get_user_model().objects.filter(username=name).first()
    if user is None:
        raise CommandError(f"There is no user {name}.")
    return user


def _asset(code: str) -> Asset:
    asset = Asset.objects.filter(code=code).first()
    if asset is None:
        raise CommandError(f"There is no asset {code}.")
    return asset


def _reference(text: str) -> str:
    reference = text.strip()
    if not 1 <= len(reference) <= 80:
        raise CommandError("A reference has 1 to 80 characters.")
    return reference
