"""The mails of a demonstration, which has no mail server: kept in files beside its database, and shown on a page."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as Message
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

KEPT = 50  # mails; older ones go


@dataclass(frozen=True, slots=True)
class Mail:
    """One that was sent, as its receiver would read it; `text` is the part without markup, `html` the other, if any."""

    name: str
    sent_at: datetime
    to: str
    subject: str
    text: str
    html: str


class Mailbox(BaseEmailBackend):
    """Puts mails into the folder, in the place of a mail server. Raises OSError where it can't write there."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            name = f"{time.time_ns()}-{os.getpid()}"
            unfinished = folder / f"{name}.part"
            unfinished.write_bytes(message.message().as_bytes())
            unfinished.rename(folder / f"{name}.eml")
        for path in _files(folder)[KEPT:]:
            path.unlink(missing_ok=True)
        return len(email_messages)


def mails() -> list[Mail]:
    """Those that are kept, the newest first."""
    found = []
    for path in _files(_folder()):
        try:
            content = path.read_bytes()
        except FileNotFoundError:  # it went a moment ago
            continue
        message = message_from_bytes(content, policy=policy.default)
        sent_at = datetime.fromtimestamp(int(path.stem.partition("-")[0]) // 10**9, UTC)
        text, html = _part(message, "plain"), _part(message, "html")
        found.append(Mail(path.stem, sent_at, str(message["To"]), str(message["Subject"]), text, html))
    return found


def _part(message: Message, kind: str) -> str:
    body = message.get_body((kind,))
    return str(body.get_content()) if body else ""


def _folder() -> Path:
    if settings.DEMO_MAIL is None:
        raise FileNotFoundError("This site sends its mails (EMAIL_URL), and keeps none.")
    return settings.DEMO_MAIL


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"), key=lambda path: path.name, reverse=True)
