"""What the environment makes of the settings, each time in a process of its own."""

import os
import subprocess
import sys

import pytest

from tests.support.root import ROOT
from tests.support.starting import KEY, PRODUCTION, settings


def test_a_fresh_clone_starts_without_any():
    assert settings("s.DATABASES['default']['ENGINE'], s.CELERY_BROKER_URL, s.PRICE_SOURCE, s.DEBUG, s.PRODUCTION") == (
        "('django.db.backends.sqlite3', 'embedded://localhost', 'demo', False, False)"
    )


@pytest.mark.parametrize("name", ["SUPPORT_CONTACT", "SECURITY_CONTACT"])
def test_a_contact_is_a_mail_address_or_a_page_over_tls(name):
    wrongs = (
        "javascript:alert(1)",
        "http://help.example.com",
        "help@example.com",
        "mailto:",
        "https://",
        "https://-",
        'mailto:a@b.c"><b>',
    )
    for wrong in wrongs:
        assert f"{name} must be like mailto:help@example.com or https://example.com/help." in settings(**{name: wrong})
    assert settings(**{name: "mailto:help@example.com"}) == "started"


def test_p23_production_is_told_how_many_proxies_there_are():
    """P22: without it every limit would count the proxy."""
    unset = {name: value for name, value in PRODUCTION.items() if name != "TRUSTED_PROXIES"}
    assert "Set TRUSTED_PROXIES" in settings(**unset)
    assert settings(**PRODUCTION | {"TRUSTED_PROXIES": "0"}) == "started"


@pytest.mark.parametrize("host", ["dust.example.com", "192.168.1.7", "*", ".example.com", "0.0.0.0"])
def test_p23_a_demonstration_is_shown_to_nobody_else_unless_told_so(host):
    """P23, S8: DEBUG was forgotten; the public key is refused even then."""
    said = settings(ALLOWED_HOSTS=f"localhost,{host}")
    assert "Set DEBUG=false for production. If you mean it, set ALLOW_PUBLIC_DEMONSTRATION=true." in said
    assert "Set SECRET_KEY" in said
    meant = {"ALLOWED_HOSTS": host, "ALLOW_PUBLIC_DEMONSTRATION": "true"}
    assert "Set SECRET_KEY" in settings(**meant)
    assert settings(**meant, SECRET_KEY=KEY) == "started"


def test_a_demonstration_on_this_machine_needs_nothing():
    assert settings(ALLOWED_HOSTS="localhost,127.0.0.1,127.8.9.1,[::1],dust.localhost") == "started"


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (PRODUCTION | {"DEFAULT_FROM_EMAIL": ""}, "Set DEFAULT_FROM_EMAIL"),
        (PRODUCTION | {"DEFAULT_FROM_EMAIL": "webmaster"}, "Set DEFAULT_FROM_EMAIL"),
        (PRODUCTION | {"EMAIL_URL": "consolemail://"}, "EMAIL_URL must look like"),
        (PRODUCTION | {"EMAIL_URL": "mail.example.com"}, "EMAIL_URL must look like"),
        (PRODUCTION | {"EMAIL_URL": "smtp+tls://mail.example.com:99999"}, "EMAIL_URL must look like"),
        (PRODUCTION | {"SITE_URL": "https://[::1"}, "Set SITE_URL"),
        (PRODUCTION | {"SITE_URL": "https://dust.example.com:99999"}, "Set SITE_URL"),
        (PRODUCTION | {"SITE_URL": ""}, "Set SITE_URL"),
        (PRODUCTION | {"SITE_URL": "http://dust.example.com"}, "Set SITE_URL"),
        (PRODUCTION | {"SITE_URL": "https://dust.example.com/wallet/"}, "Set SITE_URL"),
        (PRODUCTION | {"SITE_URL": "https://elsewhere.example.com"}, "SITE_URL is at elsewhere.example.com"),
    ],
)
def test_s9_production_refuses_to_start_on_an_unsafe_setting(environment, words):
    assert words in settings(**{"DEBUG": "false"} | environment)


def test_s9_mail_goes_where_the_environment_says():
    """S9: the server, its words and the sender; without a server a demonstration keeps its mails to itself."""
    shown = "s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_TIMEOUT, s.DEMO_MAIL"
    assert settings(shown, **PRODUCTION) == "('mail.example.com', 587, 'word@', True, 5, None)"
    assert settings("s.EMAIL_PORT, s.EMAIL_USE_SSL", EMAIL_URL="smtp+ssl://mail.example.com") == "(465, True)"
    assert settings("s.EMAIL_PORT", EMAIL_URL="smtp://127.0.0.1") == "25"
    assert settings("s.EMAIL_BACKEND, s.DEMO_MAIL.name") == "('wallet.demo_mail.Mailbox', 'db.sqlite3.mail')"


def test_production_serves_static_files_under_hashed_names():
    backend = settings("s.STORAGES['staticfiles']['BACKEND']", **PRODUCTION)
    assert backend == "dustsite.static_files.HashedFiles"


@pytest.mark.parametrize(
    ("environment", "is_warned"),
    [
        ({}, False),
        ({"PRICE_SOURCE": "exchange", "EXCHANGE_ID": "okx"}, True),
        ({"PRICE_SOURCE": "exchange", "EXCHANGE_ID": "okx", "EXCHANGE_FALLBACK_ID": "kraken"}, False),
    ],
)
def test_m9_production_is_warned_of_prices_that_no_second_exchange_confirms(environment, is_warned):
    """M9: what stands behind `make check` warns as well, and ends in an error."""
    production = PRODUCTION | {"PRICE_SOURCE": "demo", "ALLOW_DEMO_PRICES": "true"}
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env=kept | production | environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert result.returncode == (1 if is_warned else 0), result.stderr
    assert ("(wallet.W002) No second exchange confirms the prices of okx" in result.stderr) == is_warned
    assert ("EXCHANGE_FALLBACK_ID=kraken" in result.stderr) == is_warned


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"PRICE_SOURCE": "guess"}, "PRICE_SOURCE must be demo or exchange"),
        ({"DATABASE_URL": "mysql://localhost/dust"}, "DATABASE_URL must name"),
        ({"CELERY_BROKER_URL": "sqs://"}, "CELERY_BROKER_URL must begin with"),
        ({"TRUSTED_PROXIES": "one"}, "TRUSTED_PROXIES must be a whole number."),
        ({"PROPOSAL_HOURS": "-1"}, "PROPOSAL_HOURS must be a whole number, 0 or more."),
        ({"POLICY_BOUNDS": "fee"}, "POLICY_BOUNDS must be pairs like name=value"),
        *(({"SITE_NAME": name}, "SITE_NAME must be a name of 60") for name in ("", " ", "\u202eabc", "A\nB", "x" * 61)),
    ],
)
def test_what_cannot_be_used_is_said_in_words(environment, words):
    assert words in settings(**environment)


def test_the_brokers_are_chosen_by_their_address_alone():
    assert "quorum" in settings("s.CELERY_TASK_QUEUES[0].queue_arguments", CELERY_BROKER_URL="amqp://guest@127.0.0.1//")
    assert "False" in settings(
        "s.CELERY_BROKER_TRANSPORT_OPTIONS['ack_emulation']", CELERY_BROKER_URL="redis://127.0.0.1/1"
    )


@pytest.mark.parametrize(
    ("url", "options"),
    [
        (
            "redis://127.0.0.1/1",
            {
                "ack_emulation": False,
                "socket_connect_timeout": 1,
                "socket_timeout": 5,
                "health_check_interval": 5,
            },
        ),
        ("amqp://guest@127.0.0.1//", {"confirm_publish": True}),
    ],
)
def test_the_brokers_are_set_up_as_was_measured(url, options):
    """Each of these is there because messages were lost, doubled or late, or workers ended, without it (make chaos)."""
    assert settings("s.CELERY_BROKER_TRANSPORT_OPTIONS", CELERY_BROKER_URL=url) == str(options)
    assert settings(
        "s.CELERY_TASK_ACKS_LATE, s.CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION, s.CELERY_TASK_IGNORE_RESULT,"
        " s.CELERY_WORKER_PREFETCH_MULTIPLIER, s.CELERY_BROKER_CONNECTION_TIMEOUT, s.CELERY_BROKER_CONNECTION_MAX_RETRIES,"
        " s.CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP, s.CELERY_DB_REUSE_MAX",
        CELERY_BROKER_URL=url,
    ) == str((False, False, True, 1, 1, None, True, 1000))


def test_what_a_database_address_says_beyond_the_name_is_kept():
    options = settings("s.DATABASES['default']['OPTIONS']", DATABASE_URL="postgres://u@127.0.0.1/d?sslmode=require")
    assert "'sslmode': 'require'" in options
    assert "lock_timeout" in options


def test_two_sites_on_one_machine_share_nothing(tmp_path):
    def folder(name):
        return settings(
            "s.CELERY_BROKER_TRANSPORT_OPTIONS['data_folder_in']", DATABASE_URL=f"sqlite:///{tmp_path}/{name}.sqlite3"
        )

    assert folder("one") == f"{tmp_path}/one.sqlite3.broker"
    assert folder("one") != folder("two")


def test_the_technical_error_pages_are_for_those_who_ask():
    assert settings("s.DEBUG, s.PRODUCTION", DEBUG="true") == "(True, False)"


def test_p16_production_sets_every_cookie_for_this_host_alone():
    """P16: by its name, which browsers take over https only, without a domain, for all paths; and no script reads any."""
    names = "[s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME]"
    ways = "(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.LANGUAGE_COOKIE_SECURE, s.CSRF_COOKIE_HTTPONLY)"
    assert settings(names, **PRODUCTION) == "['__Host-session', '__Host-csrf', '__Host-language']"
    assert settings(ways, **PRODUCTION) == "(True, True, True, True)"
    whole = (
        "__import__('django').setup() or [getattr(__import__('django.conf').conf.settings, name) for name in"
        " ('SESSION_COOKIE_DOMAIN', 'SESSION_COOKIE_HTTPONLY', 'SESSION_COOKIE_SAMESITE', 'CSRF_COOKIE_SAMESITE')],"
        " __import__('dustsite.cookies').cookies.MessageCookies.cookie_name"
    )
    set_up = PRODUCTION | {"DJANGO_SETTINGS_MODULE": "dustsite.settings"}
    assert settings(whole, **set_up) == "([None, True, 'Lax', 'Lax'], '__Host-messages')"
    demonstration = {"DJANGO_SETTINGS_MODULE": "dustsite.settings"}
    assert settings("__import__('dustsite.cookies').cookies.MessageCookies.cookie_name", **demonstration) == "messages"


def test_production_writes_its_log_as_json_and_a_demonstration_to_be_read():
    told = "s.LOGGING['formatters']['events']['processors'][-2].__name__"
    assert settings(told) == "_as_text"
    assert settings(told, **PRODUCTION) == "_as_json"
    hidden = "s.LOGGING['formatters']['events']['processors'][-1].words"
    assert KEY in settings(hidden, **PRODUCTION)


def test_production_is_strict():
    strict = settings(
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0",
        **PRODUCTION,
    )
    assert strict == "(True, True, True, True)"
