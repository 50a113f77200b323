"""The site in the pseudo-language of tests/support/pseudo.py, whatever the browser asks for."""

import os
from pathlib import Path

from django.conf.locale import LANG_INFO

from dustsite.settings import *  # noqa: F403
from tests.support.pseudo import CODE, LANGUAGE

LANG_INFO[CODE] = {"bidi": True, "code": CODE, "name": LANGUAGE, "name_local": LANGUAGE}
LANGUAGE_CODE = CODE
LANGUAGES = [(CODE, LANGUAGE)]
LANGUAGES_BIDI = [CODE]
LOCALE_PATHS = [Path(os.environ["PSEUDO_LOCALE"])]
