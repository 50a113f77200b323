from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from wallet import formats, ledger, money, staff_log
from wallet.database.retrying import retried
from wallet.models import Asset, Transaction


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
            posted = _deposit(user, asset, units, reference)
        except (money.AmountError, ledger.LedgerError) as error:
            raise CommandError(str(error)) from error
        amount = f"{money.to_decimal(units, asset.scale):f}"
        self.stdout.write(
            f"{user} has {amount} {asset} by deposit {reference}, posted {formats.utc(posted.posted_at)}."
        )


@retried
def _deposit(user: User, asset: Asset, units: int, reference: str) -> Transaction:
    with transaction.atomic():
        posted = ledger.deposit(user=user, asset=asset, units=units, reference=reference)
        amount = money.to_decimal(units, asset.scale)
        told = {"user": user, "asset": asset, "amount": amount, "reference": reference}
        staff_log.record_command(action="deposit", on=posted, after=told)
        return posted


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
