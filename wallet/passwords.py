"""Passwords that are made of the site's own words or the user's own name, which whoever guesses tries first (S10)."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

WORDS = ("dustsite", "dust", "bnb", "btc", "bitcoin", "binance", "crypto", "convert", "wallet", "exchange", "password")
READ_AS = str.maketrans("013457@$!", "oieastasi")
NEEDED = 8  # as many letters and digits there have to be beside the site's words


class SiteWordsValidator:
    """Refuses a password in which too little is left without the words of the site: its name, its host, what it is for;
    and without the user's own: the name, typed twice or three times, and the address."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raises ValidationError with the word; D4stsite counts as Dustsite, capitals and signs do not count."""
        left, found = _letters(password), ""
        # The longest first, so that none is hidden by a part of it.
        for word in sorted({*site_words(), *_own_words(user)}, key=lambda word: (-len(word), word)):
            if word in left:
                left, found = left.replace(word, ""), found or word
        if found and len(left) < NEEDED:
            words = _("This password is little more than “%(word)s”, which anybody would try here.") % {"word": found}
            raise ValidationError(words, code="password_site_words")

    def get_help_text(self) -> str:
        return _("Words of this site, like its name, and your user name do not count.")


def _own_words(user: User | None) -> set[str]:
    said = [user.username, user.email, user.email.partition("@")[0]] if user else []
    return {word for word in map(_letters, said) if len(word) > 2}


def site_words() -> set[str]:
    hosts = [urlsplit(settings.SITE_URL).hostname or "", *settings.ALLOWED_HOSTS]
    named = [settings.SITE_NAME, *settings.SITE_NAME.split(), *(part for host in hosts for part in host.split("."))]
    return {word for word in map(_letters, (*WORDS, *named)) if len(word) > 2}


def _letters(text: str) -> str:
    """Letters and digits alone, a digit that stands for a letter as that letter."""
    return re.sub(r"[\W_]", "", text.casefold().translate(READ_AS))
