"""A language to try the screens with: English that is about 40% longer, with accents, written from right to left.

What stays as it was is a text that nobody may translate; what is cut off will be cut off in German; what sits on the wrong
side will sit there in Arabic. It is made from the texts of any .po file.
"""

import ast
import re
import struct
from collections.abc import Iterator
from pathlib import Path

from tests.support.root import ROOT

LANGUAGE = "pseudo"
CODE = "qps"  # the language code kept for private use, so that no library has texts of its own in it
TEXTS = ROOT / "wallet" / "locale" / "de" / "LC_MESSAGES" / "django.po"
PLURALS = 2

# What a text holds for machines: placeholders, tags, entities, addresses.
FOR_MACHINES = re.compile(
    r"(%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%[a-zA-Z%]|\{[^{}]*\}|<[^<>]*>|&#?\w+;|https?://\S+)"
)
ACCENTED = str.maketrans("AaCcEeGgIiNnOoSsUuYyZz", "ÅåÇçÉéĞğÎîÑñÖöŠšÛûÝýŽž")
FILLING = "ōřēm īpšūm đōłōř šīţ åmēţ "
RIGHT_TO_LEFT, ENDS = "\u2067", "\u2069"
CONTEXT, NEXT_FORM = "\x04", "\0"


def pseudo(text: str) -> str:
    """The text in the pseudo-language. What has no word in it, such as the pattern of a date, stays as it is."""
    pieces = FOR_MACHINES.split(text)
    words = "".join(pieces[::2])
    if not re.search(r"[A-Za-z]{2}", words):
        return text
    pieces[::2] = [piece.translate(ACCENTED) for piece in pieces[::2]]
    whole = "".join(pieces)
    core = whole.strip()
    before, _, after = whole.partition(core)
    return f"{before}{RIGHT_TO_LEFT}{core} {filling(len(words) * 2 // 5)}{ENDS}{after}"


def filling(length: int) -> str:
    return (FILLING * (length // len(FILLING) + 1))[: max(length - 1, 1)].strip()


def messages(texts: str) -> Iterator[tuple[str | None, str, str | None, list[str]]]:
    """The messages of a .po file's text: (context or None, the text, its plural or None, the translations)."""
    for block in re.split(r"\n\s*\n", texts):
        fields: dict[str, str] = {}
        field = ""
        for line in block.splitlines():
            found = re.match(r'(?:(msgctxt|msgid|msgid_plural|msgstr(?:\[\d+\])?)\s+)?(".*")\s*$', line)
            if found:
                field = found[1] or field
                fields[field] = fields.get(field, "") + ast.literal_eval(found[2])
        if fields.get("msgid"):
            translated = [words for field, words in fields.items() if field.startswith("msgstr")]
            yield fields.get("msgctxt"), fields["msgid"], fields.get("msgid_plural"), translated


def compiled(texts: str) -> bytes:
    """The bytes of a .mo file with the pseudo-language's texts for the messages of a .po file's text."""
    header = f"Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals={PLURALS}; plural=(n != 1);\n"
    translated = {"": header}
    for context, one, many, _ in messages(texts):
        key = one if many is None else f"{one}{NEXT_FORM}{many}"
        forms = [pseudo(one)] if many is None else [pseudo(one), *[pseudo(many)] * (PLURALS - 1)]
        translated[key if context is None else f"{context}{CONTEXT}{key}"] = NEXT_FORM.join(forms)
    return packed({key.encode(): text.encode() for key, text in translated.items()})


def packed(texts: dict[bytes, bytes]) -> bytes:
    """GNU gettext's format: where the sorted keys stand, where their texts stand, then all of them."""
    keys = sorted(texts)
    begin = 28 + 16 * len(keys)
    tables: list[bytes] = []
    body = b""
    for column in (keys, [texts[key] for key in keys]):
        for text in column:
            tables.append(struct.pack("<2I", len(text), begin + len(body)))
            body += text + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(keys), 28, 28 + 8 * len(keys), 0, begin)
    return head + b"".join(tables) + body


def environment(folder: Path, texts: Path = TEXTS) -> dict[str, str]:
    """Writes the language into the folder; the environment in which the site speaks it."""
    path = folder / "locale" / CODE / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(compiled(texts.read_text(encoding="utf-8")))
    return {"DJANGO_SETTINGS_MODULE": "tests.support.pseudo_settings", "PSEUDO_LOCALE": str(folder / "locale")}
