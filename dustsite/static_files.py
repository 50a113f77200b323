"""How production serves static files: under names that carry a hash of what they hold, so that browsers may keep them."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

# Of the site's own modules alone: Django's way to find imports also finds them in comments of other people's scripts.
MODULE_IMPORTS = (
    "js/*.js",
    ((r"""(?P<matched>\b(?P<word>from|import) "(?P<url>\./[^"]+)";)""", '%(word)s "%(url)s";'),),
)


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed files, in which the site's modules import each other under their hashed names too."""

    patterns = (*CompressedManifestStaticFilesStorage.patterns, MODULE_IMPORTS)
