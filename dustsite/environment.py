"""The environment as django-environ reads it, whose errors say which setting they are about."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import Env

IS = {int: "a whole number", dict: "pairs like name=value, separated by commas"}


class Environment(Env):  # type: ignore[misc]  # it has no types
    def get_value(self, var: str, cast: Any = None, *options: Any, **more: Any) -> Any:
        """Raises ImproperlyConfigured for what isn't of its kind, and for a number below 0: none here can be."""
        try:
            found = super().get_value(var, cast, *options, **more)
        except (TypeError, ValueError) as error:
            raise ImproperlyConfigured(f"{var} must be {IS.get(cast, 'something else')}.") from error
        if cast is int and found is not None and found < 0:
            raise ImproperlyConfigured(f"{var} must be {IS[int]}, 0 or more.")
        return found
