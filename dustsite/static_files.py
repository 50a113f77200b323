"""How production serves static files: under names that carry a hash of what they hold, so that browsers may keep them."""

from typing import Any

from django.core.files.base import ContentFile, File
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of the site's own modules alone: Django's way to find imports also finds them in comments of other people's scripts.
MODULE_IMPORTS = (
    "js/*.js",
    ((r"""(?P<matched>\b(?P<word>from|import) "(?P<url>\./[^"]+)";)""", '%(word)s "%(url)s";'),),
)
# What every page runs. Chromium compiles it whole while it loads, on a thread of its own, instead of each function when
# a customer first needs it (V8's "explicit compile hints"); to other browsers it is a comment.
RUN_BY_EVERY_PAGE = ("js/", "django_htmx/htmx-2.min.")
COMPILE_AHEAD = b"//# allFunctionsCalledOnLoad\n"


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, in which the site's modules import each other under their hashed names too."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, MODULE_IMPORTS)

    def _save(self, name: str, content: "File[Any]") -> str:
        if name.startswith(RUN_BY_EVERY_PAGE) and name.endswith(".js"):
            content.seek(0)  # Django saves some twice
            content = ContentFile(COMPILE_AHEAD + content.read())
        saved: str = super()._save(name, content)
        return saved
