"""What these tests change inside the site, run by its own manage.py."""

import json
from importlib import import_module

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction

from wallet import ledger, money
from wallet.management.commands.seed_demo import HOLDINGS
from wallet.market import rounds
from wallet.market.base import parse_ticker
from wallet.market.demo import Demo
from wallet.models import Asset, Policy


@transaction.atomic
def make(count):
    """Makes customers with the demonstration's balances, signs them in, and prints their session keys."""
    assets = {asset.code: asset for asset in Asset.objects.filter(code__in=HOLDINGS)}
    print(json.dumps([signed_in(with_balances(f"customer-{number}", assets)) for number in range(count)]))


def with_balances(name, assets):
    user = User.objects.create_user(name, f"{name}@example.com")
    for code, amount in HOLDINGS.items():
        units = money.to_units(amount, assets[code].scale)
        ledger.deposit(user=user, asset=assets[code], units=units, reference=f"{name}-{code}")
    return user


def signed_in(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def change_policy(figures):
    """The first policy's figures, but for these."""
    first = import_module("wallet.migrations.0003_first_policy").FIRST
    Policy.objects.create(**{**first, **figures})


class Moved(Demo):
    """The demonstration's market, but for one asset, which costs a tenth more."""

    def __init__(self, code):
        super().__init__()
        self.code = code

    def tickers(self):
        return [self.moved(ticker) if ticker.base == self.code else ticker for ticker in super().tickers()]

    def moved(self, ticker):
        text = f"{ticker.price * 11 / 10:f}"
        return parse_ticker(symbol=ticker.symbol, base=ticker.base, quote=ticker.quote, text=text)


def move(code):
    """The market answers, once, with a price that has moved too far."""
    rounds.refresh(source=Moved(code))
