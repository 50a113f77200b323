"""The pseudo-language: every text is longer, and nothing that a machine reads in it has changed."""

import gettext
import io
import re

import pytest

from tests.support import pseudo

TEXTS = r"""# German.
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

#: templates/wallet/wallet.html:5
msgid "Your wallet is empty. What you deposit appears here."
msgstr "Ihre Wallet ist leer."

#, python-format
msgid "%(count)s balance, worth about <b>%(amount)s&nbsp;BNB</b>"
msgid_plural "%(count)s balances, worth about <b>%(amount)s&nbsp;BNB</b>"
msgstr[0] ""
msgstr[1] ""

msgctxt "of a price"
msgid ""
"The price of {asset} moved "
"{change}%.\n"
msgstr ""

msgid "j M Y, H:i"
msgstr "j. M Y, H:i"

#~ msgid "Gone"
#~ msgstr "Weg"
"""


@pytest.fixture
def language():
    return gettext.GNUTranslations(io.BytesIO(pseudo.compiled(TEXTS)))


def test_a_text_is_longer_by_about_two_fifths_and_marked(language):
    text = "Your wallet is empty. What you deposit appears here."
    found = language.gettext(text)
    assert found != text
    assert 1.3 * len(text) < len(found) < 1.5 * len(text)
    assert (found[0], found[-1]) == ("\u2067", "\u2069")


@pytest.mark.parametrize(("count", "noun"), [(1, "balance,"), (2, "balances,")])
def test_every_form_of_a_plural_is_there_with_its_placeholders_and_tags(language, count, noun):
    one = "%(count)s balance, worth about <b>%(amount)s&nbsp;BNB</b>"
    found = language.ngettext(one, one.replace("balance,", "balances,"), count)
    for kept in ("%(count)s", "<b>%(amount)s&nbsp;", "</b>"):
        assert kept in found
    assert noun.translate(pseudo.ACCENTED) in found
    assert found % {"count": count, "amount": "0.5"}


def test_a_context_and_a_text_on_several_lines_are_understood(language):
    found = language.pgettext("of a price", "The price of {asset} moved {change}%.\n")
    assert found.endswith("\u2069\n")
    assert "DOGE" in found.format(asset="DOGE", change="6.18")


def test_what_has_no_word_in_it_stays(language):
    assert language.gettext("j M Y, H:i") == "j M Y, H:i"


def test_what_is_obsolete_or_unknown_is_not_translated(language):
    assert language.gettext("Gone") == "Gone"


def test_no_letter_of_a_placeholder_or_tag_is_accented():
    text = 'Go <a href="{url}" class="nb">to %(name)s</a> &amp; https://example.com/a?b=c %d {count}'
    kept = pseudo.FOR_MACHINES.findall(text)
    assert len(kept) == 7
    assert re.sub("[^<>%{}]", "", pseudo.pseudo(text)) == re.sub("[^<>%{}]", "", text)
    assert all(part in pseudo.pseudo(text) for part in kept)
