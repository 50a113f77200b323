from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import get_language, get_language_from_request
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from wallet import currencies, mailboxes, zones
from wallet.database import clock
from wallet.forms import DisplayForm, MailForm, ZoneForm
from wallet.models import Customer, Policy, Price
from wallet.pages.settings import SettingsPage, zone_time
from wallet.requests import BROWSER_ZONE_ASKED, CustomerRequest, wants_partial
from wallet.responses import see_other


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: CustomerRequest) -> HttpResponse:
    """How the site looks to this customer. htmx gets the time that it is now in the zone that is being typed."""
    if request.method != "POST":
        if wants_partial(request):
            page = zone_time(request.GET.get("time_zone", ""), clock.now())
            return render(request, "wallet/settings/_now.html", {"page": page})
        shown = vars(request.customer) | {"time_zone": request.customer.time_zone or zones.UTC}
        return _page(request, DisplayForm(initial=shown))
    form = DisplayForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    Customer.objects.set_display(request.user, **form.cleaned_data)
    chosen = form.cleaned_data["language"] or get_language_from_request(request)
    with translation.override(chosen):
        messages.success(request, _("Your display settings are saved."))
    return see_other("settings")


@require_POST
@login_required
def mails(request: CustomerRequest) -> HttpResponse:
    """Which mails about conversions this customer gets. A box that is not ticked is not sent, and means no."""
    form = MailForm(request.POST)
    form.is_valid()  # it can't be otherwise: a box is ticked or not
    Customer.objects.set_mails(request.user, **form.cleaned_data)
    messages.success(request, _("Your mail settings are saved."))
    return see_other("settings")


@require_POST
@login_required
def browser_zone(request: CustomerRequest) -> HttpResponse:
    """The browser's time zone, which its script tells once. It counts for a customer who never chose one."""
    request.session[BROWSER_ZONE_ASKED] = True
    form = ZoneForm(request.POST)
    if not form.is_valid() or not Customer.objects.set_first_zone(request.user, form.cleaned_data["time_zone"]):
        return HttpResponse(status=204)
    shown, now = zones.zone(form.cleaned_data["time_zone"]), clock.now()
    is_like_utc = not timezone.localtime(now, shown).utcoffset()
    return HttpResponse(status=204) if is_like_utc else HttpResponseClientRefresh()


def _page(request: CustomerRequest, form: DisplayForm, status: int = 200) -> HttpResponse:
    now = clock.now()
    oldest = now - Policy.objects.in_effect(now).price_age
    priced = Price.objects.codes_since(oldest, currencies.offered().values())
    has_address = bool(mailboxes.reached({request.user.pk}))
    page = SettingsPage(form, now, priced, get_language(), request.customer, has_address)
    return render(request, "wallet/settings/page.html", {"page": page}, status=status)
