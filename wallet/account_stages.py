"""What signing in asks for after the password, where it is not as in allauth."""

from allauth.account.internal import flows  # noqa: F401  # before the stages, which it imports itself
from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponse

from wallet import mailboxes


class ConfirmedAddressStage(EmailVerificationStage):
    """Who signed up gets in once the address is confirmed. Those whose account the operator made were known before."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        user = self.login.user
        if user and not mailboxes.unconfirmed(user):
            return None, True
        answer: tuple[HttpResponse | None, bool] = super().handle()
        return answer
