"""Settings, all from the environment. Every default lets a fresh clone run; production refuses to start on an unsafe one.

DEBUG decides the posture. Unset: a demonstration on this machine (loopback hosts, a public key, cookies over http, the
customer's own error pages). True: the same with Django's technical error pages. False: production.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from dustsite import accounts, branding, contacts, currencies, edge, mail, production, schedule
from dustsite.account_settings import *  # noqa: F403
from dustsite.environment import Environment
from wallet import logs

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"
DATA_DIR.mkdir(exist_ok=True)

PRODUCTION = not env.bool("DEBUG", default=True)
DEBUG = env.bool("DEBUG", default=False)

SECRET_KEY = env.str("SECRET_KEY", default=production.PUBLIC_KEY)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["localhost", "127.0.0.1", "[::1]"])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", default=None if PRODUCTION else 0)  # how many add to X-Forwarded-For

SITE_NAME = contacts.name(env)
SECURITY_CONTACT, SUPPORT_CONTACT = contacts.configured(env)
BRAND = branding.configured(env)

INSTALLED_APPS = [
    "dustsite.apps.OperatorsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_structlog",
    "wallet",
]

# The first two see every answer there is: what the others refuse or redirect, files, faults.
MIDDLEWARE = [
    "wallet.middleware.strict_headers",
    "csp.middleware.CSPMiddleware",
    "wallet.security_log.RequestLog",
    "wallet.middleware.machines_over_http",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "wallet.edge.Guard",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "wallet.middleware.session_limits",
    "wallet.middleware.customer_settings",
    "wallet.middleware.private_pages",
    "wallet.middleware.htmx_sign_in",
    "wallet.middleware.form_addresses",
    "wallet.edge.Limits",
    "allauth.account.middleware.AccountMiddleware",
    "wallet.middleware.SecondFactorGate",
]

ROOT_URLCONF = "dustsite.urls"
WSGI_APPLICATION = "dustsite.wsgi.application"
CSRF_FAILURE_VIEW = "wallet.views.errors.csrf_failure"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wallet.context.site",
            ],
        },
    },
]

# --- database -------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
DATABASE = DATABASES["default"]
DATABASE.update(CONN_MAX_AGE=600, CONN_HEALTH_CHECKS=True)
SQLITE_OPTIONS = {
    # Every transaction takes the write lock when it begins: two that read first and then both write would deadlock.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # recursive_triggers: without it, REPLACE removes a row without asking the triggers that protect it.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
    ),
}
if DATABASE["ENGINE"] == "django.db.backends.sqlite3":
    DATABASE["OPTIONS"] = {**DATABASE.get("OPTIONS", {}), **SQLITE_OPTIONS}
elif DATABASE["ENGINE"] == "django.db.backends.postgresql":
    DATABASE["OPTIONS"] = {
        **DATABASE.get("OPTIONS", {}),
        "server_side_binding": True,
        "prepare_threshold": 1,
        "options": "-c lock_timeout=5s -c statement_timeout=10s -c idle_in_transaction_session_timeout=15s",
    }
else:
    raise ImproperlyConfigured("DATABASE_URL must name an SQLite or a PostgreSQL database.")

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MESSAGE_TAGS = {20: "ok", 25: "ok", 30: "warn", 40: "bad"}  # by level, the class of the box that a message stands in
MESSAGE_STORAGE = "dustsite.cookies.MessageCookies"  # reading one changes nothing on the server

# --- tasks ----------------------------------------------------------------------------------------------------------

# What the processes of this site share on this machine stands beside its database, so that two sites never share it.
_site = Path(DATABASE["NAME"]).resolve() if "sqlite3" in DATABASE["ENGINE"] else DATA_DIR / DATABASE["NAME"]
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="embedded://localhost")
_scheme = urlsplit(CELERY_BROKER_URL).scheme

# A message is a nudge, so it is acknowledged when its task begins: one that were acknowledged late, to a broker that has gone
# meanwhile, would keep its slot for ever. What a killed worker held, the sweep sends again.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_RESULT_EXPIRES = None  # there are none, so nothing has to clear them away
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Else a worker whose connection broke while its slots were busy would hold fewer messages, and of quorum queues for ever:
# their consumers keep the count that they began with.
CELERY_WORKER_ENABLE_PREFETCH_COUNT_REDUCTION = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_DB_REUSE_MAX = 1000
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_DEFAULT_QUEUE = "settle"
CELERY_TASK_ROUTES = schedule.ROUTES

# Through a direct exchange Celery sends to the queue itself. The bindings of any other, Redis keeps in its own memory: once it
# starts again without them, it would drop every message until the workers are back.
_exchange, _arguments = "direct", {}
if _scheme == "embedded":
    folder = _site.with_name(f"{_site.name}.broker")
    folder.mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "control_folder": str(folder),
        "polling_interval": 0.1,
    }
    CELERY_WORKER_PREFETCH_MULTIPLIER = 4
elif _scheme in ("redis", "rediss"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # Else acknowledging asks Redis before it frees the worker's slot: where Redis fails, the slot stays taken for ever,
        # and a worker without slots asks for nothing any more, so that nothing ever wakes it.
        "ack_emulation": False,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "health_check_interval": 5,
    }
elif _scheme in ("amqp", "amqps"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
    CELERY_BROKER_HEARTBEAT = 10  # seconds; a worker whose connection died without a word finds out in two of them
    # Celery prepares quorum queues for messages with a delay, and warns of each that a direct exchange stands in its way.
    _exchange, _arguments = "topic", {"x-queue-type": "quorum"}
else:
    raise ImproperlyConfigured("CELERY_BROKER_URL must begin with embedded://, redis:// or amqp://.")
CELERY_TASK_QUEUES = [
    Queue(name, Exchange("dustsite", type=_exchange), routing_key=name, queue_arguments=_arguments)
    for name in schedule.QUEUES
]

CELERY_BEAT_SCHEDULER = "dustsite.beat:Scheduler"
CELERY_BEAT_SCHEDULE = schedule.SCHEDULE

# --- prices ---------------------------------------------------------------------------------------------------------

PRICE_SOURCE = env.str("PRICE_SOURCE", default="demo")
REPORTING_CURRENCY = env.str("REPORTING_CURRENCY", default="USDT")  # what the treasury's page says worth in, beside BTC
REFERENCE_CURRENCIES = currencies.configured(env)  # what customers may have values shown in, beside BTC and BNB
EXCHANGE_ID = env.str("EXCHANGE_ID", default="binance")
EXCHANGE_URL = env.str("EXCHANGE_URL", default="")
EXCHANGE_FALLBACK_ID = env.str("EXCHANGE_FALLBACK_ID", default="")
EXCHANGE_FALLBACK_URL = env.str("EXCHANGE_FALLBACK_URL", default="")
# In seconds: for how long a round waits for the fallback, and for how long the list of an exchange's markets is kept.
MARKET_FALLBACK_SECONDS = env.int("MARKET_FALLBACK_SECONDS", default=3)
MARKET_LIST_SECONDS = env.int("MARKET_LIST_SECONDS", default=600)
# Figures of the rules M1–M8 that differ from wallet/market/limits.py, which names them all: jump=20,clock=90
MARKET_LIMITS = env.dict("MARKET_LIMITS", default={})
# In seconds: for how long an exchange that says it is asked too much, but not for how long, is left alone the first time, and
# at the most; each time in a row it is twice as long.
MARKET_BACK_OFF = env.int("MARKET_BACK_OFF", default=30)
MARKET_BACK_OFF_LONGEST = env.int("MARKET_BACK_OFF_LONGEST", default=600)
if PRICE_SOURCE not in ("demo", "exchange"):
    raise ImproperlyConfigured("PRICE_SOURCE must be demo or exchange.")
if EXCHANGE_FALLBACK_ID == EXCHANGE_ID and EXCHANGE_FALLBACK_URL == EXCHANGE_URL:
    raise ImproperlyConfigured(
        "EXCHANGE_FALLBACK_ID must be another exchange than EXCHANGE_ID: it confirms its prices."
    )

# P23: what must not start, asked as soon as all of it is known.
ALLOWED = frozenset(name for name in production.ALLOWED if env.bool(name, default=False))
production.refuse(production.problems({**globals(), "EMAIL_URL": env.str("EMAIL_URL", default="")}, ALLOWED))

# --- accounts -------------------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/wallet/"
ACCOUNT_ADAPTER = "wallet.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = None
SIGN_UP = env.bool("SIGN_UP", default=False)  # off: the operator makes the accounts
STAFF_NEED_SECOND_FACTOR = PRODUCTION  # a demonstration's operator has a public password, which no factor would mend
PROPOSAL_HOURS = env.int("PROPOSAL_HOURS", default=24)  # how long what one operator proposed waits for another
POLICY_BOUNDS = env.dict("POLICY_BOUNDS", default={})  # what differs from wallet/proposals/bounds.py: fee_percent=0:10
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION  # http on loopback
globals().update(accounts.SETTINGS)  # what allauth does and does not do here, and what passwords have to be
ACCOUNT_REAUTHENTICATION_TIMEOUT = accounts.PROOF_SECONDS

_mails = _site.with_name(f"{_site.name}.mail")
_mail = mail.configured(env, production=PRODUCTION, hosts=ALLOWED_HOSTS, name=SITE_NAME, folder=_mails)
globals().update(_mail)  # EMAIL_*, DEFAULT_FROM_EMAIL
SITE_URL: str = _mail["SITE_URL"]
LINKS_URL: str = _mail["LINKS_URL"]
DEMO_MAIL: Path | None = _mail["DEMO_MAIL"]  # where a demonstration keeps its mails

# --- web ------------------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]  # in their own words, for whoever reads no other
FORMAT_MODULE_PATH = "dustsite.formats"
LOCALE_PATHS = [BASE_DIR / "wallet" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / ".static" if PRODUCTION else None
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = not PRODUCTION
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "dustsite.static_files.HashedFiles"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# What pages are made of comes from here; all else there is, nobody may load.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        **{f"{kind}-src": [SELF] for kind in ("script", "style", "img", "font", "connect")},
        "form-action": [SELF],
        **{name: [NONE] for name in ("base-uri", "frame-ancestors", "object-src")},
    }
}
CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True  # forms carry the token themselves
LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
globals().update(edge.SETTINGS)  # where limits are counted, and how large a body may be

if PRODUCTION:
    # The web process stands behind a proxy that ends TLS and sets this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|metrics)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Browsers take a cookie of such a name from this host alone, over https, for all of its paths.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "__Host-session", "__Host-csrf", "__Host-language"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = True

# --- log ------------------------------------------------------------------------------------------------------------

LOGGING = logs.configuration(as_json=PRODUCTION, hidden=logs.secrets(os.environ))
globals().update(logs.SETTINGS)
