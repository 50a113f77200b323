"""Every page in every state that a customer can meet, a module a page.

Each function brings a browser there and holds the state still while it is looked at (see tests/support/tour.py); its
docstring says what it shows. A new module in this folder is on the tour by standing here.
"""

from importlib import import_module
from pkgutil import iter_modules

from tests.support.tour import STATES

for module in iter_modules(__path__, f"{__name__}."):
    import_module(module.name)

__all__ = ["STATES"]
