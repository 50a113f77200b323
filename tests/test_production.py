"""P23: what production refuses to start on, each time in a process of its own."""

import pytest

from tests.support.starting import PRODUCTION, settings


def refused(**environment):
    """The sentences with which production refuses these; empty where it starts."""
    said = settings(**{**PRODUCTION, **environment})
    return [] if said == "started" else said.removeprefix("This does not start:\n- ").split("\n- ")


def test_p23_a_production_that_is_one_starts():
    assert refused() == []


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "kept-in-the-dark-" * 4}, "Set SECRET_KEY"),
        ({"SECRET_KEY": "public-key-for-demonstrations-that-production-refuses"}, "Set SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "dust.example.com,*"}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": ".com", "ALLOW_WILDCARD_HOSTS": "true"}, "Set ALLOWED_HOSTS"),
    ],
)
def test_p23_production_refuses_to_start_on_an_unsafe_setting(environment, words):
    """P23, S8: and says what mends it."""
    (sentence,) = refused(**environment)
    assert sentence.startswith(words)


@pytest.mark.parametrize(
    ("environment", "words", "allows"),
    [
        ({"PRICE_SOURCE": "demo"}, "its prices are made up", "ALLOW_DEMO_PRICES"),
        ({"DATABASE_URL": "sqlite:///:memory:"}, "a file of SQLite", "ALLOW_SQLITE"),
        ({"CELERY_BROKER_URL": "embedded://localhost"}, "files beside the database", "ALLOW_EMBEDDED_BROKER"),
        ({"EXCHANGE_URL": "http://mirror.example"}, "is not https", "ALLOW_HTTP_EXCHANGE"),
        (
            {"EXCHANGE_FALLBACK_ID": "kraken", "EXCHANGE_FALLBACK_URL": "http://mirror.example"},
            "is not https",
            "ALLOW_HTTP_EXCHANGE",
        ),
        ({"ALLOWED_HOSTS": ".example.com"}, "begins with a dot", "ALLOW_WILDCARD_HOSTS"),
        ({"DATABASE_URL": "postgres://d@db.example/d?sslmode=require"}, "without TLS", "ALLOW_PLAINTEXT"),
        ({"CELERY_BROKER_URL": "redis://broker.example/1"}, "without TLS", "ALLOW_PLAINTEXT"),
        ({"CELERY_BROKER_URL": "amqp://u:p@10.0.0.7//"}, "without TLS", "ALLOW_PLAINTEXT"),
        ({"EMAIL_URL": "smtp://mail.example:25"}, "without TLS", "ALLOW_PLAINTEXT"),
    ],
)
def test_p23_production_refuses_what_is_for_demonstrations_unless_told_so(environment, words, allows):
    """P23, S8: each by its name, each with a setting of its own for those who mean it."""
    (sentence,) = refused(**environment)
    assert words in sentence
    assert sentence.endswith(f"If you mean it, set {allows}=true.")
    assert refused(**environment, **{allows: "true"}) == []


@pytest.mark.parametrize(
    "environment",
    [
        {"DATABASE_URL": "postgres://d@db.example/d?sslmode=verify-full"},
        {"DATABASE_URL": "postgres://d@/d"},
        {"CELERY_BROKER_URL": "rediss://broker.example/1?ssl_cert_reqs=required"},
        {"CELERY_BROKER_URL": "amqps://u:p@broker.example//"},
        {"EMAIL_URL": "smtp+ssl://mail.example:465"},
        {"EMAIL_URL": "smtp://127.0.0.1:25"},
    ],
)
def test_p23_production_starts_on_what_stays_on_the_machine_or_has_tls(environment):
    assert refused(**environment) == []


def test_p23_production_says_everything_at_once():
    said = settings(DEBUG="false")
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "TRUSTED_PROXIES", "PRICE_SOURCE", "DATABASE_URL", "CELERY_BROKER_URL"):
        assert name in said
