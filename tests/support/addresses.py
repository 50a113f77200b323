"""Every address that the URL configuration has, with something in the place of what it asks for."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver
from django.utils.regex_helper import normalize

# In the place of what a pattern asks for, unless it is given; of all else 1.
SAMPLES = {
    "reference": "CV-0000-0000",
    "object_id": "0",  # of no row
    "app_label": "wallet",
    "key": "set-password",
    "month": "2026-10",
    "file": "balances",
    "url": "nothing",
    "word": "receipt.1.none",  # which nobody signed
}


@dataclass(frozen=True)
class Address:
    """One of the URL configuration's, by its name: `admin:wallet_asset_add`."""

    name: str
    path: str
    view: Any


def every(resolver: URLResolver, samples: dict[str, str] | None = None) -> Iterator[Address]:
    """Each pattern once; samples stand in the place of what patterns ask for."""
    yield from _under(resolver, "/", "", {**SAMPLES, **(samples or {})})


def addresses(resolver: URLResolver, reference: str) -> list[str]:
    """The paths alone, of a conversion that there is."""
    return [address.path for address in every(resolver, {"reference": reference})]


def _under(resolver: URLResolver, before: str, space: str, samples: dict[str, str]) -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        path = before + _filled(pattern, samples)
        if isinstance(pattern, URLResolver):
            deeper = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _under(pattern, path, deeper, samples)
        else:
            yield Address(f"{space}{pattern.name or path}", path, pattern.callback)


def _filled(pattern: URLPattern | URLResolver, samples: dict[str, str]) -> str:
    """The pattern's part of the path, as Django itself would write it."""
    part, names = normalize(pattern.pattern.regex.pattern)[0]
    return part % {name: samples.get(name, "1") for name in names}
