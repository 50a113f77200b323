"""The operators' own site of Django's admin: its first page says how things stand."""

from typing import Any, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.template.response import TemplateResponse

from wallet.database import clock
from wallet.pages.home import HomePage
from wallet.watch import standing


class Operators(AdminSite):
    site_header = site_title = "Dustsite operators"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        page = HomePage(standing(clock.now()), cast("User", request.user))
        return super().index(request, {"page": page, **(extra_context or {})})
