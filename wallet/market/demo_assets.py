"""The assets of the demonstration: code, name, decimals kept, and about what one costs in US dollars; which of them cannot
be converted, and what the demo customer holds.

The decimals are 8, or fewer where the greatest supply in smallest units would pass 9.2 × 10^18. No price means that the
demonstration's market does not trade the asset.
"""

from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from wallet.models import Asset


class DemoAsset(NamedTuple):
    code: str
    name: str
    scale: int
    usd: Decimal | None


_ROWS = """
BTC 8 64000 Bitcoin
ETH 8 3180 Ethereum
BNB 8 585 BNB
USDT 6 1 Tether
USDC 6 1 USD Coin
DAI 8 0.9998 Dai
FDUSD 8 0.9991 First Digital USD
EUR 2 1.084 Euro
USD 2 1 US Dollar
GBP 2 1.271 British Pound
TRY 2 0.02914 Turkish Lira
BRL 2 0.1782 Brazilian Real
AUD 2 0.6568 Australian Dollar
PLN 2 0.2513 Polish Zloty
SOL 8 152.4 Solana
XRP 8 0.5184 XRP
ADA 8 0.4471 Cardano
DOGE 6 0.1243 Dogecoin
TRX 6 0.1327 TRON
AVAX 8 27.6 Avalanche
DOT 8 6.02 Polkadot
LINK 8 13.85 Chainlink
MATIC 8 0.5317 Polygon
LTC 8 71.3 Litecoin
BCH 8 372 Bitcoin Cash
ATOM 8 6.61 Cosmos
UNI 8 7.74 Uniswap
ETC 8 22.9 Ethereum Classic
XLM 6 0.0968 Stellar
FIL 8 4.38 Filecoin
NEAR 8 5.12 NEAR Protocol
APT 8 6.83 Aptos
ARB 8 0.6941 Arbitrum
OP 8 1.724 Optimism
VET 6 0.02571 VeChain
ALGO 8 0.1392 Algorand
ICP 8 8.27 Internet Computer
GRT 8 0.1874 The Graph
AAVE 8 98.7 Aave
MKR 8 2431 Maker
SAND 8 0.3156 The Sandbox
MANA 8 0.3412 Decentraland
AXS 8 5.84 Axie Infinity
EGLD 8 31.2 MultiversX
FTM 8 0.4833 Fantom
XTZ 8 0.7426 Tezos
EOS 8 0.5641 EOS
THETA 8 1.493 Theta Network
FLOW 8 0.6278 Flow
CHZ 8 0.0724 Chiliz
KSM 8 21.8 Kusama
ZEC 8 28.4 Zcash
DASH 8 26.1 Dash
NEO 8 10.9 NEO
IOTA 8 0.1633 IOTA
COMP 8 48.6 Compound
SNX 8 1.672 Synthetix
CRV 8 0.2874 Curve
SUSHI 8 0.7195 SushiSwap
YFI 8 5842 yearn.finance
BAT 8 0.1841 Basic Attention Token
ENJ 8 0.1697 Enjin Coin
ZIL 6 0.01684 Zilliqa
ONE 6 0.01421 Harmony
HOT 6 0.001792 Holo
CAKE 8 2.046 PancakeSwap
INJ 8 21.3 Injective
SUI 8 0.8172 Sui
SHIB 3 0.00001742 Shiba Inu
PEPE 3 0.00001153 Pepe
BTTC 3 0.0000008914 BitTorrent
LUNC 5 0.00008321 Terra Classic
FTT 8 1.384 FTX Token
CRO 8 - Cronos
GALA 6 0.02214 Gala
"""


def _asset(row: str) -> DemoAsset:
    code, scale, usd, name = row.split(maxsplit=3)
    return DemoAsset(code, name, int(scale), None if usd == "-" else Decimal(usd))


DEMO_ASSETS = [_asset(row) for row in _ROWS.strip().splitlines()]
# What shows a stop by the price tolerance: it jumps by more each quarter of a minute (`wallet/market/demo.py`). There is no
# such coin, and its name says so.
JUMPING = DemoAsset("JUMP", "Jumping Coin (made up)", 8, Decimal("0.25"))

# Fields of those that cannot be converted, whatever they cost.
STATES: dict[str, dict[str, Any]] = {
    "LUNC": {
        "status": Asset.Status.DELISTED,
        "delisted_on": date(2026, 11, 3),
        "withdraw_until": date(2027, 2, 3),
    },
    "FTT": {"status": Asset.Status.UNLISTED},
    "GALA": {
        "conversions_paused": True,
        "pause_reason": "Its network is being upgraded. Deposits and balances are not affected.",
    },
}

# What the demo customer holds, in whole coins: small balances, and one of every reason why not.
HOLDINGS = {
    "LINK": "0.9120048",
    "TRX": "31.40712",
    "DOGE": "48.7731",
    "XRP": "2.81940051",
    "ETH": "0.0012941",
    "VET": "214.06",
    "ATOM": "1.0732",
    "ADA": "6.21",
    "LTC": "0.01873",
    "DOT": "0.44190221",
    "SOL": "0.00841",
    "SHIB": "18204.55",
    "EUR": "3.18",
    "NEAR": "0.7301",
    "BNB": "0.1127",
    # worth more than the limit
    "BTC": "0.0412",
    "USDT": "241.5",
    # delisted, unlisted, paused
    "LUNC": "15230.5",
    "FTT": "2.5",
    "GALA": "88.1",
    # too small, and without a price
    "BTTC": "0.001",
    "CRO": "41.6",
}
