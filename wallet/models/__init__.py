from wallet.models.assets import Asset, Price
from wallet.models.circumstances import Circumstances
from wallet.models.conversions import Conversion
from wallet.models.counts import Count
from wallet.models.customers import Customer
from wallet.models.ledger import Account, Entry, HouseAccount, HouseBalance, Transaction
from wallet.models.lines import Line
from wallet.models.lost_attempts import LostAttempt
from wallet.models.market import KeptOutNumber, MarketRound
from wallet.models.month_ends import MonthEnd
from wallet.models.opening import Opening, Service
from wallet.models.outbox import OutboxMail
from wallet.models.policy import Policy, PolicyWithdrawal
from wallet.models.proposals import Decision, Proposal
from wallet.models.pulse import Pulse
from wallet.models.security import SecurityEvent
from wallet.models.staff_actions import StaffAction
from wallet.models.staff_movements import StaffMovement
from wallet.models.treasury import TreasuryLimit
from wallet.models.venue import Venue

__all__ = [
    "Account",
    "Asset",
    "Circumstances",
    "Conversion",
    "Count",
    "Customer",
    "Decision",
    "Entry",
    "HouseAccount",
    "HouseBalance",
    "KeptOutNumber",
    "Line",
    "LostAttempt",
    "MarketRound",
    "MonthEnd",
    "Opening",
    "OutboxMail",
    "Policy",
    "PolicyWithdrawal",
    "Price",
    "Proposal",
    "Pulse",
    "SecurityEvent",
    "Service",
    "StaffAction",
    "StaffMovement",
    "Transaction",
    "TreasuryLimit",
    "Venue",
]
