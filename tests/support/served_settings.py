"""The site whose static files are those that production serves: hashed, compressed, and kept by browsers."""

import os
from pathlib import Path

from dustsite.settings import *  # noqa: F403
from dustsite.settings import STORAGES

STATIC_ROOT = Path(os.environ["COLLECTED"])
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "dustsite.static_files.HashedFiles"}}
WHITENOISE_USE_FINDERS = False
