from django.contrib.admin.apps import AdminConfig


class OperatorsConfig(AdminConfig):
    """Django's admin, with the operators' own site as the one on which pages are registered."""

    default_site = "wallet.admin_site.Operators"
