"""How the site sends mail, from the environment; production refuses to start on what would reach nobody."""

from email.utils import formataddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.http.request import validate_host
from environ import Env

PORTS = {"smtp": 25, "smtp+tls": 587, "smtp+ssl": 465}  # by scheme, where the address names none
# In seconds: for how long a page waits for a mail server at each step, and wallet.mail_server says for how long in all. Then
# the page says that it could not be reached.
TIMEOUT = 5


def configured(env: Env, *, production: bool, hosts: list[str], name: str, folder: Path) -> dict[str, Any]:
    """The settings of mail. Without EMAIL_URL a demonstration keeps its mails in the folder and shows them on a page.

    Raises ImproperlyConfigured, with the sentence that mends it.
    """
    url, site = env.str("EMAIL_URL", default=""), env.str("SITE_URL", default="").rstrip("/")
    sender = env.str("DEFAULT_FROM_EMAIL", default="" if production else formataddr((name, "noreply@dustsite.invalid")))
    if production and not url:
        raise ImproperlyConfigured("Set EMAIL_URL to your mail server: smtp+tls://user:password@mail.example.com:587")
    if url and not _is_server(url):
        raise ImproperlyConfigured(
            "EMAIL_URL must look like smtp+tls://user:password@mail.example.com:587 (STARTTLS), smtp+ssl://… (TLS from"
            " the start) or smtp://… (without TLS, for a server on this machine)."
        )
    if not _is_address(sender):
        raise ImproperlyConfigured(
            "Set DEFAULT_FROM_EMAIL to the address that mails are from: Dust Exchange <noreply@dust.example.com>"
        )
    _check_site(site, hosts, is_needed=production)
    return {
        **(_server(env, url) if url else {"EMAIL_BACKEND": "wallet.demo_mail.Mailbox"}),
        "EMAIL_TIMEOUT": TIMEOUT,
        "DEFAULT_FROM_EMAIL": sender,
        "SERVER_EMAIL": sender,
        "SITE_URL": site,
        # What links in mails begin with that no request has caused; for `make run` with another port, .Procfile says where.
        "LINKS_URL": site or "http://127.0.0.1:8000",
        "DEMO_MAIL": None if url else folder,
    }


def _is_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or an unclosed [
        return False


def _server(env: Env, url: str) -> dict[str, Any]:
    server = env.email_url("EMAIL_URL")
    port = server["EMAIL_PORT"] or PORTS[urlsplit(url).scheme]
    return {**server, "EMAIL_BACKEND": "wallet.mail_server.MailServer", "EMAIL_PORT": port}


def _is_address(sender: str) -> bool:
    """Whether it is one mail address, with or without a name before it."""
    try:
        sanitize_address(sender, "utf-8")
        validate_email(sender.rpartition("<")[2].rstrip("> "))
    except (ValueError, ValidationError):
        return False
    return True


def _check_site(site: str, hosts: list[str], *, is_needed: bool) -> None:
    """What links in mails begin with: an address of this site, and in production a safe one."""
    if not site and not is_needed:
        return
    host = _host(site, ("https",) if is_needed else ("http", "https"))
    if not host:
        raise ImproperlyConfigured(
            "Set SITE_URL to the address of the site, which links in mails begin with: https://dust.example.com"
        )
    if not validate_host(host, hosts):
        raise ImproperlyConfigured(f"SITE_URL is at {host}, which ALLOWED_HOSTS does not name.")


def _host(site: str, schemes: tuple[str, ...]) -> str:
    """The host of an address that is nothing more than scheme, host and port; empty where it isn't one."""
    try:
        parts = urlsplit(site)
        is_bare = not (parts.path or parts.query or parts.fragment) and parts.port != 0
    except ValueError:
        return ""
    return parts.hostname or "" if is_bare and parts.scheme in schemes else ""
