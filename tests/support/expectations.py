"""Who gets an answer at the admin's addresses, which Django declares.

An address that stands nowhere fails tests/views/test_matrix.py: all others say it in their Route, these by their names here.
"""

# What a superuser may do with the rows of each model; whoever may only view may do nothing of it.
ADMIN: dict[str, frozenset[str]] = {
    "account_emailaddress": frozenset(),
    "auth_group": frozenset({"add"}),  # the first ones are the roles, which nobody changes here
    "auth_user": frozenset({"add", "change"}),
    "wallet_asset": frozenset({"add", "change"}),
    "wallet_opening": frozenset({"add"}),
    "wallet_treasurylimit": frozenset({"add"}),
    **dict.fromkeys(
        (
            "wallet_account",
            "wallet_conversion",
            "wallet_customer",
            "wallet_decision",
            "wallet_entry",
            "wallet_houseaccount",
            "wallet_keptoutnumber",
            "wallet_line",
            "wallet_marketround",
            "wallet_outboxmail",
            "wallet_policy",
            "wallet_policywithdrawal",
            "wallet_price",
            "wallet_proposal",
            "wallet_pulse",
            "wallet_securityevent",
            "wallet_staffaction",
            "wallet_staffmovement",
            "wallet_transaction",
            "wallet_venue",
        ),
        frozenset(),
    ),
}
EVERYTHING = frozenset(ADMIN)
_PEOPLE = frozenset({"auth_user", "account_emailaddress", "wallet_customer", "wallet_securityevent"})
_MONEY = frozenset(
    f"wallet_{name}"
    for name in ("account", "houseaccount", "transaction", "entry", "staffmovement", "conversion", "line")
)
_MARKET = frozenset({f"wallet_{name}" for name in ("price", "marketround", "keptoutnumber", "venue", "pulse")})
_FOR_ALL = frozenset({f"wallet_{name}" for name in ("asset", "policy", "opening", "staffaction")})
_PROPOSALS = frozenset({f"wallet_{name}" for name in ("proposal", "decision", "policywithdrawal")})
_USERS = {"auth_user": frozenset({"add", "change"})}
# Of each role, the models that it sees, and what it may do with rows of some of them.
ROLES: dict[str, tuple[frozenset[str], dict[str, frozenset[str]]]] = {
    "viewer": (EVERYTHING, {}),
    "support": (
        _PEOPLE | _MONEY | _FOR_ALL | {f"wallet_{name}" for name in ("price", "keptoutnumber", "outboxmail")},
        _USERS,
    ),
    "treasury": (
        _MONEY | _MARKET | _FOR_ALL | _PROPOSALS | {"auth_user", "wallet_customer", "wallet_treasurylimit"},
        {"wallet_opening": frozenset({"add"}), "wallet_treasurylimit": frozenset({"add"})},
    ),
    "risk": (
        _MONEY | _MARKET | _FOR_ALL | _PROPOSALS | {"wallet_treasurylimit"},
        {
            "wallet_treasurylimit": frozenset({"add"}),
            "wallet_opening": frozenset({"add"}),
            "wallet_asset": frozenset({"add", "change"}),
        },
    ),
    "administrator": (
        _PEOPLE | {"auth_group", "wallet_staffaction", "wallet_asset", "wallet_proposal", "wallet_decision"},
        _USERS,
    ),
    "superuser": (EVERYTHING, ADMIN),
}
# Of some roles, the rights of a model that are neither of view, add, change and delete.
_BY_TWO = ("propose_resume", "decide_resume", "propose_limit", "decide_limit", "propose_booking", "decide_booking")
_INTERVENING: dict[str, tuple[str, ...]] = {"wallet_conversion": ("settle", "stop")}
_KINDS_OF_MONEY = ("correction", "deposit", "withdrawal", "reversal", "file")
_PROPOSING = tuple(f"propose_{kind}" for kind in _KINDS_OF_MONEY)
_DECIDING = tuple(f"decide_{kind}" for kind in _KINDS_OF_MONEY)
_TREASURY: dict[str, tuple[str, ...]] = {"wallet_houseaccount": ("read_treasury",)}
OWN_RIGHTS: dict[str, dict[str, tuple[str, ...]]] = {
    "viewer": _TREASURY,
    "support": _INTERVENING,
    "treasury": {
        **_TREASURY,
        "wallet_proposal": (*_BY_TWO, *_PROPOSING, *_DECIDING),
        "wallet_asset": ("pause", "resume"),
    },
    "risk": {
        **_TREASURY,
        **_INTERVENING,
        "wallet_asset": ("pause", "resume", "delist", "list"),
        "wallet_proposal": ("propose_policy", "decide_policy", "withdraw_policy", *_BY_TWO, *_DECIDING),
    },
    "administrator": {
        **_TREASURY,
        "wallet_staffaction": ("administer_staff",),
        "wallet_asset": ("pause",),
        "wallet_proposal": ("propose_rights", "decide_rights"),
    },
}
# The admin's addresses that belong to no model: what they answer to whoever may enter.
ADMIN_PAGES: dict[str, set[int]] = {
    "admin:index": {200},
    "admin:alerts": {200},
    "admin:alerts_json": {200},
    "admin:login": {302},
    "admin:logout": {405},
    "admin:password_change": {302},
    "admin:password_change_done": {200},
    "admin:auth_user_password_change": {200, 403},
    "admin:wallet_staffaction_export": {200},
    "admin:wallet_transaction_months": {200, 403},
    # No audit has passed on the matrix's site; tests/admin/test_month_end.py asks where one has.
    "admin:wallet_transaction_month": {403, 409},
    "admin:wallet_transaction_month_file": {403, 409},
    "admin:autocomplete": {403},
    "admin:jsi18n": {200},
    "admin:view_on_site": {404},
    "admin:app_list": {200, 404},
    "admin:wallet_proposal_propose_policy": {200, 403},
    "admin:wallet_proposal_propose_resume": {200, 403},
    "admin:wallet_proposal_propose_correction": {200, 403},
    "admin:wallet_proposal_propose_deposit": {200, 403},
    "admin:wallet_proposal_propose_withdrawal": {200, 403},
    "admin:wallet_proposal_propose_reversal": {200, 403},
    "admin:wallet_proposal_propose_file": {200, 403},
    "admin:wallet_proposal_propose_rights": {200, 403},
    "admin:wallet_proposal_propose_limit": {200, 403},
    "admin:wallet_proposal_propose_booking": {200, 403},
    "admin:wallet_proposal_decide": {405},
    # Of no assets; tests/admin/test_listing.py names some.
    **{f"admin:wallet_asset_{deed}": {403, 404} for deed in ("pause", "resume", "delist", "unlist", "list")},
    "admin:wallet_houseaccount_treasury": {200, 403},
    "admin:wallet_houseaccount_treasury_file": {200, 403},
    "admin:wallet_asset_file": {200, 403},
    "admin:wallet_asset_named": {200, 403},
    "admin:wallet_conversion_settle": {405},
    "admin:wallet_conversion_stop": {405},
    "admin:wallet_policy_withdraw": {200, 403, 404},  # of a version that there may not be
}
