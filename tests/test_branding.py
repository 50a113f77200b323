"""What the operator may make the site look like, and what it refuses to start on, with a sentence that says why."""

import os
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from dustsite import branding, colours, logo
from tests.support.root import ROOT
from tests.support.starting import PRODUCTION, settings

MARK = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 26 26"><rect width="26" height="26" fill="#0b4fb3"/></svg>'
COLOURS = {"BRAND_PRIMARY": "#0b4fb3,#8cb8ff", "BRAND_ACCENT": "#0B4FB3, #8cb8ff"}


@pytest.fixture
def brand(monkeypatch):
    """Reads the brand from these variables."""

    def read(**environment):
        for name in ("LOGO", "PRIMARY", "ACCENT", "HOME", "LINKS"):
            monkeypatch.delenv(f"BRAND_{name}", raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return branding.configured(Env())

    return read


@pytest.fixture
def refused(brand):
    """The sentences with which the start is refused."""

    def read(**environment):
        with pytest.raises(ImproperlyConfigured) as caught:
            brand(**environment)
        return str(caught.value)

    return read


@pytest.fixture
def logo_file(tmp_path):
    def write(content):
        path = tmp_path / "logo.svg"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


def svg(inner='<path d="M0 0h9"/>', attributes='viewBox="0 0 26 26"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inner}</svg>'


def test_without_any_setting_there_is_nothing(brand):
    assert brand() == branding.Brand()


def test_everything_at_once(brand, logo_file):
    made = brand(
        **COLOURS,
        BRAND_LOGO=logo_file(MARK),
        BRAND_HOME="Back to Example=https://example.com/",
        BRAND_LINKS="Terms=/terms/, Privacy=https://example.com/privacy?lang=en",
    )
    assert (made.logo, made.logo_width) == (MARK.encode(), 26)
    assert made.primary == tuple(COLOURS["BRAND_PRIMARY"].split(","))
    assert made.home == branding.Link("Back to Example", "https://example.com/")
    assert [(link.label, link.address) for link in made.links] == [
        ("Terms", "/terms/"),
        ("Privacy", "https://example.com/privacy?lang=en"),
    ]
    assert "--button: light-dark(#0b4fb3, #8cb8ff);" in made.stylesheet
    assert "--button-ink: light-dark(#ffffff, #000000);" in made.stylesheet
    assert "--link: light-dark(#0b4fb3, #8cb8ff);" in made.stylesheet


def test_other_contents_have_another_version(brand, logo_file):
    versions = {brand().version, brand(**COLOURS).version, brand(BRAND_LOGO=logo_file(MARK)).version}
    assert len(versions) == 3


@pytest.mark.parametrize("environment", [{}, PRODUCTION], ids=["demonstration", "production"])
def test_the_site_does_not_start_on_what_is_wrong(environment):
    said = settings(**environment, BRAND_ACCENT="#ffcc00,#8cb8ff", BRAND_LOGO="/nowhere/logo.svg")
    assert "BRAND_ACCENT: in the light theme #ffcc00" in said
    assert "BRAND_LOGO: there is no file /nowhere/logo.svg." in said
    assert settings("s.BRAND.stylesheet != ''", **environment, **COLOURS) == "True"


# --- colours ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#ffffff", "#000000", 21),
        ("#777777", "#ffffff", 4.478),
        ("#0000ff", "#ffffff", 8.592),
        ("#abcdef", "#abcdef", 1),
    ],
)
def test_contrast_is_wcags(one, other, ratio):
    assert colours.contrast(one, other) == colours.contrast(other, one) == pytest.approx(ratio, abs=0.001)


def test_a_ratio_that_is_not_enough_is_not_rounded_to_what_is(refused):
    said = refused(BRAND_ACCENT="#757575,#8cb8ff")
    assert re.search(r"#757575 on #efede7 has a contrast of 3\.9\d:1, and links need 4\.5:1\. Choose a darker", said)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("BRAND_ACCENT", "#ffcc00,#8cb8ff", "in the light theme #ffcc00"),
        ("BRAND_ACCENT", "#0b4fb3,#0b4fb3", "in the dark theme #0b4fb3"),
        ("BRAND_PRIMARY", "#eeeeee,#8cb8ff", "a button needs 3:1. Choose a darker colour."),
        ("BRAND_PRIMARY", "#0b4fb3,#222222", "a button needs 3:1. Choose a lighter colour."),
        ("BRAND_PRIMARY", "#0b4fb3", "must be two colours"),
        ("BRAND_PRIMARY", "blue,red", "must be two colours"),
        ("BRAND_PRIMARY", "#fff,#000", "must be two colours"),
        ("BRAND_ACCENT", "#0b4fb3,#8cb8ff,#ffffff", "must be two colours"),
        ("BRAND_ACCENT", "#0b4fb3;} body{display:none},#8cb8ff", "must be two colours"),
    ],
)
def test_colours_that_would_not_be_read_are_refused(refused, name, text, words):
    said = refused(**{name: text})
    assert said.startswith("This does not start:\n- " + name)
    assert words in said


def test_what_the_colours_are_judged_on_is_what_pages_are_drawn_on():
    tokens = (ROOT / "static/css/base.css").read_text()
    for name, (light, dark) in colours.GROUNDS.items():
        short = re.sub(r"#(.)\1(.)\2(.)\3\b", r"#\1\2\3", light)
        assert f"--{name}: light-dark({short}, {dark});" in tokens, name
    assert "--button: light-dark({}, {});".format(*branding.Brand().primary) in tokens


@pytest.mark.parametrize(
    "colour",
    [
        f"#{red:02x}{green:02x}{blue:02x}"
        for red in (0, 90, 128, 180, 255)
        for green in (0, 110, 255)
        for blue in (0, 140, 255)
    ],
)
def test_what_stands_on_a_button_is_read_whatever_its_colour(colour):
    assert colours.contrast(colours.ink(colour), colour) >= colours.WORDS
    assert colours.contrast(colours.ink(colour), colours.hover(colour)) >= colours.contrast(colours.ink(colour), colour)


# --- the logo --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        MARK,
        '<?xml version="1.0" encoding="UTF-8"?><!-- A mark -->' + MARK,
        svg(
            '<defs><linearGradient id="a"><stop stop-color="red"/></linearGradient></defs><path fill="url(#a)" d="M0 0"/>'
        ),
        svg('<g fill="url( #a )" transform="rotate(3)"><title>Ex &amp; Co (Ltd.)</title><path d="M0 0"/></g>'),
        svg('<clipPath id="a"><path d="M0 0"/></clipPath><path clip-path="url(#a)" d="M0 0"/>'),
        svg(attributes='viewBox="0 0 133.33333333333334 133.33333333333334"'),
    ],
)
def test_a_plain_logo_is_taken_as_it_is(logo_file, content):
    assert logo.read(logo_file(content)).content == content.encode()


def test_a_logo_has_its_width_beside_its_height(logo_file):
    assert logo.read(logo_file(svg(attributes='viewBox="0 0 52 26"'))).width == 52


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (svg("<script>alert(1)</script>"), "<script> has no place"),
        (svg('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script>'), "<script> has no place"),
        (svg("<foreignObject><p>x</p></foreignObject>"), "<foreignObject> has no place"),
        (svg('<image href="https://example.com/x.png"/>'), "<image> has no place"),
        (svg('<use href="#a"/>'), "<use> has no place"),
        (svg("<style>@import url(https://example.com/x.css)</style>"), "<style> has no place"),
        (svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'), "<a> has no place"),
        (svg("<animate/>"), "<animate> has no place"),
        (svg('<path onclick="alert(1)" d="M0 0"/>'), "the attribute onclick of <path> is a script"),
        (svg(attributes='viewBox="0 0 26 26" onload="alert(1)"'), "the attribute onload of <svg> is a script"),
        (svg('<path ONLOAD="alert(1)"/>'), "the attribute ONLOAD of <path> is a script"),
        (svg('<linearGradient href="https://example.com/x.svg#a"/>'), "refers to something outside"),
        (
            svg('<linearGradient xlink:href="data:image/svg+xml,x" xmlns:xlink="http://www.w3.org/1999/xlink"/>'),
            "refers to something outside",
        ),
        (svg('<path fill="url(https://example.com/x.svg#a)"/>'), "refers to something outside"),
        (svg('<path fill="UrL( //example.com/x )"/>'), "refers to something outside"),
        (svg('<path fill="u\\72l(//example.com/x)"/>'), "refers to something outside"),
        (svg('<path style="fill: red"/>'), "<path> has a style"),
        (svg("<path mask=\"image-set('https://example.com/x' 1x)\"/>"), "image-set() in the attribute mask"),
        (svg("<path fill=\"SRC('https://example.com/x')\"/>"), "src() in the attribute fill"),
        (svg('<mask id="a"><path mask="url(#b)"/></mask>'), "<path> in a mask has a mask itself"),
        (svg('<clipPath id="a" clip-path="url(#b)"/>'), "<clipPath> in a mask has a mask itself"),
        (svg('<g xml:base="https://example.com/"/>'), "the attribute base of <g>"),
        (svg('<g i:label="x" xmlns:i="http://www.inkscape.org/"/>'), "the attribute label of <g>"),
        ('<!DOCTYPE svg [<!ENTITY a "x">]>' + MARK, "a document type has no place"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd">' + MARK, "a document type has no place"),
        ('<?xml-stylesheet href="https://example.com/x.css"?>' + MARK, "an instruction"),
        ('<?xml version="1.0" encoding="UTF-16"?>'.encode("utf-16") + MARK.encode("utf-16"), "no SVG in UTF-8"),
        (MARK[:-4], "no SVG in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "no SVG in UTF-8"),
        (b"", "no SVG in UTF-8"),
        ("<svg/>", "<svg> has no place"),
        ('<g xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', "needs a viewBox"),
        (svg(attributes=""), "needs a viewBox"),
        (svg(attributes='viewBox="0 0 26 0"'), "needs a viewBox"),
        (svg(attributes='viewBox="0 0 0.0001 0.0001"'), "needs a viewBox"),
        (svg("<g/>"), "it draws nothing"),
        (svg('<defs><rect width="9" height="9"/></defs>'), "it draws nothing"),
        (svg('<clipPath id="a"><path d="M0 0h9v9z"/></clipPath>'), "it draws nothing"),
        (svg(attributes='viewBox="0 0 2.6.1 26"'), "needs a viewBox"),
        (svg(attributes='viewBox="0 0 53 26"'), "more than 2 times as wide"),
        (svg(attributes='viewBox="0 0 26 53"'), "more than 2 times as high"),
        (svg(attributes=f'viewBox="0 0 {"9" * 400} {"9" * 400}"'), "needs a viewBox"),
        ('<?xml version="1.0" encoding="iso-8859-1"?>' + MARK, "it is in iso-8859-1"),
        (svg(f"<!--{'x' * 20_000}-->"), "more than 20,000 bytes"),
        (b"x" * 1_000_000, "more than 20,000 bytes"),
    ],
)
def test_what_is_no_plain_logo_is_refused(refused, logo_file, content, words):
    said = refused(BRAND_LOGO=logo_file(content))
    assert said.startswith("This does not start:\n- BRAND_LOGO: ")
    assert words in said


@pytest.mark.parametrize("path", ["/nowhere.svg", "/", "/dev/zero", "logo\0.svg"])
def test_what_is_no_file_is_no_logo(path):
    with pytest.raises(logo.Refused):
        logo.read(path)


def test_a_file_that_cannot_be_read_is_said(refused, logo_file, monkeypatch):
    path = logo_file(MARK)
    os.chmod(path, 0)
    if os.access(path, os.R_OK):  # root reads everything

        def deny(*args, **options):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("pathlib.Path.open", deny)
    assert "cannot be read: [Errno 13] Permission denied" in refused(BRAND_LOGO=path)


# --- links -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "http://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "/\\example.com",
        "https:///path",
        "https://user@example.com/",
        "https://:word@example.com/",
        "https://example.com:99999/",
        "https://exa mple.com/",
        "https://[",
        "https://-",
        "https://..",
        "https://%65vil",
        "terms",
        "data:text/html,x",
        "mailto:a@example.com",
        "",
    ],
)
def test_a_link_leads_nowhere_but_to_https_or_to_this_host(refused, address):
    for name in ("BRAND_HOME", "BRAND_LINKS"):
        assert "must begin with https:// or be a path of this host" in refused(**{name: f"Terms={address}"})


def test_a_comma_at_the_end_is_none_too_many_and_one_within_an_address_is_told_how_to_write(brand, refused):
    assert [link.label for link in brand(BRAND_LINKS="Terms=/terms/, ").links] == ["Terms"]
    assert "Write a comma within an address as %2C." in refused(BRAND_LINKS="Terms=https://example.com/?a=1,2")


def test_a_link_has_a_label_that_fits(refused):
    for label in ("", "x" * 41, "Te\x07rms"):
        assert "with a label of 40 characters at the most" in refused(BRAND_LINKS=f"{label}=/terms/")


def test_there_is_one_way_back_and_few_links(refused):
    assert "BRAND_HOME is one link." in refused(BRAND_HOME="A=/a,B=/b")
    assert "BRAND_LINKS has 9 links; 8 at the most." in refused(
        BRAND_LINKS=",".join(f"L{one}=/{one}" for one in range(9))
    )
