"""Starting on an environment, in a process of its own."""

import os
import subprocess
import sys

KEY = "kept-in-the-dark-where-nobody-looks-and-nobody-guesses-7"
MAIL = {
    "SITE_URL": "https://dust.example.com",
    "EMAIL_URL": "smtp+tls://site:word%40@mail.example.com",
    "DEFAULT_FROM_EMAIL": "Dust Exchange <noreply@dust.example.com>",
}
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": KEY,
    "ALLOWED_HOSTS": "dust.example.com",
    "DATABASE_URL": "postgres://dustsite@127.0.0.1/dustsite",
    "CELERY_BROKER_URL": "redis://127.0.0.1/1",
    "PRICE_SOURCE": "exchange",
    "TRUSTED_PROXIES": "1",
    **MAIL,
}


def settings(expression: str = "'started'", **environment: str) -> str:
    """What the expression is under these variables; the end of the error where the site refuses to start."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    result = subprocess.run(
        [sys.executable, "-c", f"from dustsite import settings as s; print(({expression}))"],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return result.stdout.strip() or result.stderr.rpartition("ImproperlyConfigured: ")[2].strip()
