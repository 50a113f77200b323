"""The users of a demonstration. Their passwords are their names, and everybody knows them."""

CUSTOMER, OPERATOR, APPROVER = "demo", "admin", "approver"
NAMES = (CUSTOMER, OPERATOR, APPROVER)
