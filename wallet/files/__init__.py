"""A customer's conversions for a machine: many as CSV, in our own columns or in a tax tool's; one in full as JSON.

A new kind of CSV file is a module with its columns, and its name in FORMATS.
"""

from wallet.files.columns import CsvFormat
from wallet.files.koinly import KOINLY
from wallet.files.own import OWN
from wallet.files.summ import SUMM

FORMATS: dict[str, CsvFormat] = {form.name: form for form in (OWN, KOINLY, SUMM)}

__all__ = ["FORMATS", "KOINLY", "OWN", "SUMM", "CsvFormat"]
