"""The operators' own site of Django's admin: its first page says how things stand, another one what to look at."""

from typing import Any, cast

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.views.decorators.http import require_safe

from wallet.database import clock
from wallet.pages.alerts import AlertsPage
from wallet.pages.home import HomePage
from wallet.watch import standing


class Operators(AdminSite):
    site_header = site_title = f"{settings.SITE_NAME} operators"

    def get_urls(self) -> list[Any]:
        own = [
            path("alerts/", self.admin_view(require_safe(self.alerts)), name="alerts"),
            path("alerts.json", self.admin_view(require_safe(self.alerts_json)), name="alerts_json"),
        ]
        return [*own, *super().get_urls()]

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        now, reader = standing(clock.now()), cast("User", request.user)
        pages = {"page": HomePage(now, reader), "alerts": AlertsPage(now, reader)}
        return super().index(request, {**pages, **(extra_context or {})})

    def alerts(self, request: HttpRequest) -> HttpResponse:
        context = {**self.each_context(request), "title": "Alerts", "page": _alerts(request)}
        return TemplateResponse(request, "admin/alerts.html", context)

    def alerts_json(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse(_alerts(request).document)


def _alerts(request: HttpRequest) -> AlertsPage:
    return AlertsPage(standing(clock.now()), cast("User", request.user))
