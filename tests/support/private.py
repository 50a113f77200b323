"""What tests ask of the product that has no public name yet, in one place: a line goes where its name has become public."""

from wallet import conversions
from wallet.models import policy

claim = conversions._claim
release = conversions._release
decide = conversions._decide
give_up = conversions._give_up
closures = policy._closures
