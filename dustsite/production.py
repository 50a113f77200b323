"""P23: production refuses to start on what is for demonstrations, each by its name, unless told so in as many words (S8).

Each refusal is a sentence that says what mends it. Those that somebody may mean have a setting of their own, ALLOW_….
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

PUBLIC_KEY = "public-key-for-demonstrations-that-production-refuses"
KEY_LENGTH, KEY_LETTERS = 50, 10
KEY = (
    "Set SECRET_KEY to a random value of 50 characters or more, such as one that"
    " python3 -c 'import secrets; print(secrets.token_urlsafe(60))' prints."
)
HOSTS = "Set ALLOWED_HOSTS to the site's host names, separated by commas: no * and no whole domain such as .com."
PROXIES = (
    "Set TRUSTED_PROXIES to how many proxies stand before the site, such as 1: limits count by the address that they tell."
    " docs/nginx.conf is one."
)
VERIFIED = ("verify-ca", "verify-full")
PLAIN = ("redis", "amqp", "pyamqp", "smtp")
# The setting that allows each of what somebody may mean, and what is said while it doesn't.
ALLOWED = {
    "ALLOW_DEMO_PRICES": "PRICE_SOURCE is demo: its prices are made up. Set PRICE_SOURCE=exchange.",
    "ALLOW_SQLITE": "The database is a file of SQLite, for one machine. Set DATABASE_URL=postgres://….",
    "ALLOW_EMBEDDED_BROKER": "The broker is files beside the database. Set CELERY_BROKER_URL=redis://… or amqp://….",
    "ALLOW_HTTP_EXCHANGE": (
        "EXCHANGE_URL or EXCHANGE_FALLBACK_URL is not https: whoever is on the way could set the prices. Use https://…."
    ),
    "ALLOW_PLAINTEXT": (
        "DATABASE_URL, CELERY_BROKER_URL or EMAIL_URL leads to another machine without TLS. Use"
        " postgres://…?sslmode=verify-full, rediss:// or amqps://, and smtp+tls:// or smtp+ssl://."
    ),
    "ALLOW_WILDCARD_HOSTS": (
        "ALLOWED_HOSTS has a name that begins with a dot: whoever has a name below it could serve the site. Name each host."
    ),
    "ALLOW_PUBLIC_DEMONSTRATION": (
        "ALLOWED_HOSTS has names that others can reach, but this is a demonstration, with public passwords and cookies over"
        " http. Set DEBUG=false for production."
    ),
    # Asked when somebody signs in, not at the start: the database is not known before.
    "ALLOW_DEMO_USERS": "Nobody signs in with the demonstration's public passwords.",
}


def refuse(problems: Iterable[str]) -> None:
    """Raises ImproperlyConfigured, which ends the start, with every sentence that there is."""
    found = list(problems)
    if found:
        raise ImproperlyConfigured("This does not start:\n" + "\n".join(f"- {sentence}" for sentence in found))


def problems(settings: Mapping[str, Any], allowed: frozenset[str]) -> Iterator[str]:
    """What these settings must not start on, a sentence each. They are those of dustsite.settings by their names."""
    judged = _production if settings["PRODUCTION"] else _demonstration
    for problem in judged(settings):
        if problem not in allowed:
            yield f"{ALLOWED[problem]} If you mean it, set {problem}=true." if problem in ALLOWED else problem


def _production(settings: Mapping[str, Any]) -> Iterator[str]:
    """What mends each problem, or the name of what allows it."""
    hosts: list[str] = settings["ALLOWED_HOSTS"]
    if not is_strong(settings["SECRET_KEY"]):
        yield KEY
    if not hosts or any(host == "*" or (host.startswith(".") and host.count(".") < 2) for host in hosts):
        yield HOSTS
    if settings["TRUSTED_PROXIES"] is None:
        yield PROXIES
    if settings["PRICE_SOURCE"] == "demo":
        yield "ALLOW_DEMO_PRICES"
    if "sqlite" in settings["DATABASE"]["ENGINE"]:
        yield "ALLOW_SQLITE"
    if settings["CELERY_BROKER_URL"].startswith("embedded:"):
        yield "ALLOW_EMBEDDED_BROKER"
    exchanges = (settings["EXCHANGE_URL"], settings["EXCHANGE_FALLBACK_URL"])
    if any(url and urlsplit(url).scheme != "https" for url in exchanges):
        yield "ALLOW_HTTP_EXCHANGE"
    if not all(is_private(settings)):
        yield "ALLOW_PLAINTEXT"
    if any(host.startswith(".") for host in hosts):
        yield "ALLOW_WILDCARD_HOSTS"


def _demonstration(settings: Mapping[str, Any]) -> Iterator[str]:
    """A host that others can reach, and the public key there in any case."""
    if not all(is_local(host) for host in settings["ALLOWED_HOSTS"]):
        yield "ALLOW_PUBLIC_DEMONSTRATION"
        if not is_strong(settings["SECRET_KEY"]):
            yield KEY


def is_private(settings: Mapping[str, Any]) -> Iterator[bool]:
    """Of the database, the broker and the mail server, whether what is said to it stays on this machine, or has TLS."""
    database = settings["DATABASE"]
    place = database.get("HOST", "")  # without one, or with a path, it is a socket of this machine
    yield not place or place.startswith("/") or is_local(place) or database["OPTIONS"].get("sslmode") in VERIFIED
    for parts in (urlsplit(settings[name]) for name in ("CELERY_BROKER_URL", "EMAIL_URL")):
        yield parts.scheme not in PLAIN or is_local(parts.hostname or "")


def is_strong(key: str) -> bool:
    """Whether nobody would guess the key: long, of many letters, and not a shorter one over and over."""
    is_repeated = key in (key + key)[1:-1]
    return key != PUBLIC_KEY and len(key) >= KEY_LENGTH and len(set(key)) >= KEY_LETTERS and not is_repeated


def is_local(host: str) -> bool:
    """Whether only this machine can reach the host by that name."""
    name = host.strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
