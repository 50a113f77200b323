"""What every translation keeps of the text: its places for values and its markup; and that the compiled file says the same."""

import gettext
import html.parser
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from tests.support import pseudo
from wallet.views import errors

LOCALE = Path(settings.BASE_DIR, "wallet", "locale")
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
PLACES = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")


def entries(code):
    return pseudo.messages((LOCALE / code / "LC_MESSAGES" / "django.po").read_text())


class Tags(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, attrs))

    def handle_endtag(self, tag):
        self.found.append(f"/{tag}")


def places(text):
    return {a or b for a, b in PLACES.findall(text)}


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_translation_keeps_the_places_for_values_and_the_markup(code):
    found = list(entries(code))
    assert len(found) > 200
    for _, text, plural, translated in found:
        for words in translated:
            assert words, text
            assert places(words) <= places(text), words
            assert '"' not in re.sub(r"<[^>]*>", "", words), f"it would end an attribute: {words}"
            assert Tags(words).found == Tags(text).found, words
        assert places(translated[-1]) == places(plural or text), translated[-1]


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_compiled_texts_are_those_of_the_file(code):
    with (LOCALE / code / "LC_MESSAGES" / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for context, text, plural, translated in entries(code):
        if plural:
            assert [compiled.ngettext(text, plural, count) for count in (1, 2)] == translated
        else:
            assert translated == [compiled.pgettext(context, text) if context else compiled.gettext(text)]


@pytest.mark.parametrize("code", LANGUAGES)
def test_django_finds_the_texts_and_a_fault_has_a_page(code):
    with translation.override(code):
        assert translation.gettext("Nothing was converted.") != "Nothing was converted."
    assert f'<html lang="{code}">' in errors.FAULT_PAGES[code].decode()
