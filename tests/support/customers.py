"""What these tests change inside the site, run by its own manage.py."""

import json

from django.contrib.auth.models import User
from django.db import transaction

from tests.support import stage
from wallet.market.demo_assets import HOLDINGS


@transaction.atomic
def make(count):
    """Makes customers with the demonstration's balances, signs them in, and prints their session keys."""
    print(json.dumps([signed_in(f"customer-{number}") for number in range(count)]))


def signed_in(name):
    user = User.objects.create_user(name, f"{name}@example.com")
    for code, amount in HOLDINGS.items():
        stage.deposit(name, code, amount)
    return stage.signed_in(user)["session"]


def move(code):
    """The market answers, once, with a price that has moved too far."""
    stage.observe(moved={code: "10"})
