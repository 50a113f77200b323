"""How long a session lasts (S4). It is kept in the database; its cookie only names it.

Whoever does nothing for half an hour is signed out, and everybody after twelve hours. With "Stay signed in" it is fourteen
days, whatever was done meanwhile; never for staff. What changes who an account belongs to asks for a fresh proof anyway.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.contrib.auth.models import User
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
LONGEST_STAY = timedelta(days=14)
# A session's last use is written down no more often than this.
NOTED_EVERY = timedelta(minutes=1)

# In the session, in seconds since 1970.
BEGAN, SEEN = "began_at", "seen_at"


class Over(StrEnum):
    """Why a session has ended; so it also stands in the address of the page to sign in."""

    IDLE = "idle"
    OLD = "old"


def moment() -> datetime:
    """The web process's own clock, as django-allauth's for proofs: half an hour needs no database, and moves no money."""
    return timezone.now()


def begin(session: SessionBase) -> None:
    """Notes the moment at which somebody signed in."""
    session[BEGAN] = session[SEEN] = int(moment().timestamp())


def stays(session: SessionBase, user: User) -> bool:
    """Whether its customer asked to stay signed in. Staff never do."""
    return not user.is_staff and not session.get_expire_at_browser_close()


def over(session: SessionBase, user: User) -> Over | None:
    """Why the session may not be used any more; None while it may."""
    at = moment()
    began, seen = (datetime.fromtimestamp(session.get(name, 0), at.tzinfo) for name in (BEGAN, SEEN))
    if at - began >= (LONGEST_STAY if stays(session, user) else LONGEST):
        return Over.OLD
    if at - seen >= IDLE and not stays(session, user):
        return Over.IDLE
    return None


def living(keys: Iterable[str], user: User) -> frozenset[str]:
    """The keys of those of these sessions of the user with which somebody could go on now; what has no row has ended.

    Asks the database once, however many they are.
    """
    rows = Session.objects.filter(session_key__in=list(keys), expire_date__gt=moment())
    return frozenset(row.session_key for row in rows if _lives(row, user))


def _lives(row: Session, user: User) -> bool:
    session = SessionStore()  # which reads nothing, as long as it has no key
    session.update(row.get_decoded())
    return BEGAN in session and over(session, user) is None


def is_noted(session: SessionBase) -> bool:
    """Whether its last use was written down a moment ago."""
    seen: int = session.get(SEEN, 0)
    return moment().timestamp() - seen < NOTED_EVERY.total_seconds()


def note_use(session: SessionBase, user: User) -> None:
    """Writes down that it is used now. The cookie of staff goes with the browser, whatever they ticked."""
    session[SEEN] = int(moment().timestamp())
    if user.is_staff and not session.get_expire_at_browser_close():
        session.set_expiry(0)
