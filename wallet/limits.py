"""P22: how often one address, account, session or customer may do what. All the numbers, in one place.

A count begins with the first one and holds in the database: for every process, through restarts, and nothing culls it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from wallet.database import clock
from wallet.models.counts import Count


class TooMany(Exception):
    """All are taken for now; `until` says when there are some again."""

    def __init__(self, until: datetime, now: datetime) -> None:
        super().__init__(f"too many until {until:%H:%M:%S}")
        self.until, self.now = until, now

    @property
    def wait_seconds(self) -> int:
        """Rounded up: whoever waits that long is let in."""
        return max(1, -(-(self.until - self.now) // timedelta(seconds=1)))


@dataclass(frozen=True, slots=True)
class Limit:
    """So many within so many seconds, counted for each subject alone. Limits of one name share their count."""

    name: str
    most: int
    seconds: int

    def key(self, subject: str) -> str:
        return hashlib.sha256(f"{self.name}\n{subject}".encode()).hexdigest()

    def require(self, subject: str) -> None:
        """Raises TooMany where all are taken. Counts nothing."""
        now = clock.now()
        until = Count.objects.full_until(self.key(subject), most=self.most, now=now)
        if until is not None:
            raise TooMany(until, now)

    def take(self, subject: str) -> int:
        """Counts one more; which it is. Raises TooMany where all are taken, and counts none then."""
        self.require(subject)  # by reading alone, so that a storm of what is refused writes nothing
        now = clock.now()
        ends_at = now + timedelta(seconds=self.seconds)
        taken = Count.objects.take(self.key(subject), most=self.most, now=now, ends_at=ends_at)
        if taken is None:
            raise TooMany(Count.objects.full_until(self.key(subject), most=self.most, now=now) or ends_at, now)
        return taken

    def give_back(self, subject: str) -> None:
        """One that was taken did not count after all."""
        Count.objects.give_back(self.key(subject))


# Wrong passwords (S3). An attempt counts from before its password is looked at, and is given back when it was right, so that
# many at once are no more than these. None is for an account as a whole, or a stranger could use it up for the owner.
FAILED_AT_ACCOUNT = Limit("failed at account from address", 5, 300)
FAILED_FROM_ADDRESS = Limit("failed from address", 50, 300)
FAILED_ON_DEVICE = Limit("failed at account on a device that it knows", 5, 300)
FAILED_IN_SESSION = Limit("failed proof in session", 5, 300)
# Wrong codes of a second factor, for whoever has the password or a session; passkeys are not guessed, and not counted. In five
# minutes: those of one session, of one device that the account knows, or of one address at the account. In a day: as many as
# find one of the three codes that are good at a time with a chance of 1 in 10,000, by session or device; and in sum from
# wherever else, of one password, so that its owner begins anew with another one.
CODES = Limit("codes", 5, 300)
CODES_OF_DAY = Limit("codes of a day", 30, 86_400)
CODES_ELSEWHERE = Limit("codes of a day from where the account is not known", 20, 86_400)
# One that was right is good once, for as long as it is good: its own 30 seconds, and those before and after.
SPENT_CODES = Limit("spent code", 1, 90)
# From this many on, whichever addresses they come from, the log says that an account is under attack.
ATTACK = Limit("failed at account", 1_000_000, 3600)
ATTACK_FROM = 50

# Forms of the account pages, each address.
SIGN_IN = Limit("sign-in forms", 60, 60)
SIGN_UP = Limit("sign-up forms", 20, 600)
RESET = Limit("reset forms", 20, 60)
# Mails to one address that one address of the network asks for with these forms, or by signing in unconfirmed: a stranger
# bothers nobody with more, and its owner still gets theirs.
MAILS_ASKED = Limit("mails asked for", 10, 3600)
# Each customer (S5).
QUOTES = Limit("quotes", 30, 60)
ESTIMATES = Limit("estimates", 180, 60)
CONFIRMS = Limit("confirms", 30, 60)
FILES = Limit("files", 30, 60)
# What mail programs POST to stop mails, without a token: counted apart, so that nobody uses up another's forms. One address
# may be that of a provider with many customers.
ONE_CLICKS = Limit("one-click stops", 600, 60)
# Every other form: each session, or each address where nobody is signed in.
FORMS = Limit("forms", 120, 60)

# How many quotes that nobody confirmed are kept of a customer. The oldest go first.
KEPT_QUOTES = 5

# The limit that an address of the site has, by its name. Of these the files are asked for with GET, all others by POST.
BY_ADDRESS = {
    "account_login": SIGN_IN,
    "account_signup": SIGN_UP,
    "account_reset_password": RESET,
    "account_reset_password_from_key": RESET,
    "one_click": ONE_CLICKS,
}
BY_CUSTOMER = {
    "dust": QUOTES,
    "renew": QUOTES,
    "estimate": ESTIMATES,
    "confirm": CONFIRMS,
    "export": FILES,
    "conversion_csv": FILES,
    "conversion_json": FILES,
}
READ = ("export", "conversion_csv", "conversion_json")
