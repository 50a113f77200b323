"""Four eyes, one mechanism: what one operator proposes, another approves or refuses, and its effect happens once (P20).

verbs        propose, approve, refuse, take back     kinds        what every kind of proposal says of itself
policy       a policy version                        resuming     opening after the house breaker closed
moving       a movement of money by operators        orders       how such movements are posted
file         many movements from a CSV file          csv_rows     how such a file is read
rights       a role for an account                   booking      what the house bought or sold outside
treasury_limits  a looser limit of the treasury      reading      what operators' texts mean
bounds       what a policy's figures may be          examples     what a change means to real balances
withdrawing  a version that must not take effect

A further kind is a member of Proposal.Kind, its two rights beside it, and a class with @register in a module named here.
"""

from wallet.proposals import booking, file, moving, policy, resuming, rights, treasury_limits
from wallet.proposals.kinds import KINDS, Declined, Kind, Preview, Row, State, fingerprint, may
from wallet.proposals.verbs import approve, propose, refuse, take_back
from wallet.proposals.withdrawing import withdraw

__all__ = [
    "KINDS",
    "Declined",
    "Kind",
    "Preview",
    "Row",
    "State",
    "approve",
    "booking",
    "file",
    "fingerprint",
    "may",
    "moving",
    "policy",
    "propose",
    "refuse",
    "resuming",
    "rights",
    "take_back",
    "treasury_limits",
    "withdraw",
]
