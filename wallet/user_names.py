"""Which user names there are: none that is read as another one. A name stays for good, and mails and the log tell by it who
somebody is."""

import unicodedata

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Letters of other alphabets, and rare ones of this, that are drawn like a plain one.
LIKE_PLAIN = str.maketrans(
    "асԁеһіјӏорԛѕѵԝхуүαγικνορυωχıɑɡɩ",
    "acdehijlopqsvwxyyayikvopuwxiagi",
)

EAST_ASIAN = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL")


def check(name: str) -> None:
    """Raises ValidationError, with words for whoever chose it, where somebody has the name or it looks like another one."""
    plain = unicodedata.normalize("NFKC", name)
    if plain != name or (not name.isascii() and name.lower() != name):
        # Full-width letters, ligatures and the like; and capitals beyond ASCII, which SQLite doesn't know as such.
        raise ValidationError(_("Write it with plain letters and digits; letters like ä or ж have to be small."))
    if len(_alphabets(name)) > 1 or (not name.isascii() and name.translate(LIKE_PLAIN).isascii()):
        raise ValidationError(_("It looks like another name, with letters of another alphabet. Use those of one."))
    if User.objects.filter(username__iexact=name).exists():
        raise ValidationError(_("Somebody has this user name. Choose another one."))


def _alphabets(name: str) -> set[str]:
    """Those of its letters: LATIN, CYRILLIC, … Those that Japanese is written with count as one."""
    found = {unicodedata.name(letter, "?").split()[0] for letter in name if letter.isalpha()}
    return {"CJK" if one.startswith(EAST_ASIAN) else one for one in found}
