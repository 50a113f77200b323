from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import import_string


class WalletConfig(AppConfig):
    name = "wallet"

    def ready(self) -> None:
        # By its path: models can be loaded only now.
        checks.register(import_string("wallet.audit.guards.check"), checks.Tags.database)
        checks.register(import_string("wallet.accounts.check"), checks.Tags.database)
        checks.register(import_string("wallet.market.deployment.check"), checks.Tags.security, deploy=True)
        import_string("wallet.events.connect")()
        import_string("wallet.security_log.connect")()
        import_string("wallet.proposals.bounds.configured")()
        import_string("wallet.proposals.bounds.lifetime")()
        import_string("wallet.market.limits.configured")()  # a wrong figure stops the start, not a round of prices
