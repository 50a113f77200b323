"""Who gets an answer at the admin's addresses, which Django declares.

An address that stands nowhere fails tests/views/test_matrix.py: all others say it in their Route, these by their names here.
"""

# What a superuser may do with the rows of each model; whoever may only view may do nothing of it.
ADMIN: dict[str, frozenset[str]] = {
    "account_emailaddress": frozenset(),
    "auth_group": frozenset({"add", "change", "delete"}),
    "auth_user": frozenset({"add", "change"}),
    "wallet_asset": frozenset({"add", "change"}),
    "wallet_opening": frozenset({"add"}),
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
            "wallet_policy",
            "wallet_policywithdrawal",
            "wallet_price",
            "wallet_proposal",
            "wallet_pulse",
            "wallet_securityevent",
            "wallet_transaction",
            "wallet_venue",
        ),
        frozenset(),
    ),
}
# The admin's addresses that belong to no model: what they answer to whoever may enter.
ADMIN_PAGES: dict[str, set[int]] = {
    "admin:index": {200},
    "admin:login": {302},
    "admin:logout": {405},
    "admin:password_change": {302},
    "admin:password_change_done": {200},
    "admin:auth_user_password_change": {200, 403},
    "admin:autocomplete": {403},
    "admin:jsi18n": {200},
    "admin:view_on_site": {404},
    "admin:app_list": {200, 404},
    "admin:wallet_proposal_propose_policy": {200, 403},
    "admin:wallet_proposal_propose_resume": {200, 403},
    "admin:wallet_proposal_decide": {405},
    "admin:wallet_policy_withdraw": {200, 403},
}
