"""The error pages."""

from collections.abc import Iterator

from playwright.sync_api import Page, expect

from tests.support.root import ROOT
from tests.support.tour import CHOSEN, STATUS, Tour, press, state


@state("error-400")
def error_400(tour: Tour) -> Iterator[Page]:
    """More fields than can be read"""
    page = tour.open("/settings/", tour.mira, expects=[f"{STATUS} 400"])
    page.evaluate(
        """() => {
          const form = document.querySelector("#display form");
          for (let index = 0; index < 5001; index++) {
            form.append(Object.assign(document.createElement("input"), { name: "x" }));
          }
          form.submit();
        }"""
    )
    expect(page.locator("#display")).to_have_count(0)
    page.wait_for_load_state()
    yield page


@state("error-403")
def error_403(tour: Tour) -> Iterator[Page]:
    """A page for others"""
    yield tour.open("/admin/wallet/asset/", tour.stage.clerk(), expects=[f"{STATUS} 403"])


@state("error-403-csrf")
def error_403_csrf(tour: Tour) -> Iterator[Page]:
    """A form that was open for too long"""
    page = tour.open(CHOSEN, tour.mira, script=False, expects=[f"{STATUS} 403"])
    page.context.clear_cookies(name="csrftoken")
    press(page, "#convert")
    yield page


@state("error-404")
def error_404(tour: Tour) -> Iterator[Page]:
    """No such page"""
    yield tour.open("/nothing/", tour.mira, expects=[f"{STATUS} 404"])


@state("error-404")
def error_404_signed_out(tour: Tour) -> Iterator[Page]:
    """No such page, signed out"""
    yield tour.open("/nothing/", expects=[f"{STATUS} 404"])


@state("error-429")
def error_429(tour: Tour) -> Iterator[Page]:
    """Too many attempts"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/password/reset/", expects=[f"{STATUS} 429"])
    for _ in range(6):
        page.goto("/accounts/password/reset/")
        page.fill("[name=email]", "somebody@example.com")
        page.locator("main form button").first.click()
    yield page


@state("error-500")
def error_500(tour: Tour) -> Iterator[Page]:
    """A fault: the file that is sent then"""
    page = tour.open("/help/", tour.mira, expects=[f"{STATUS} 500"])
    fault = ROOT / "templates" / "500.html"
    page.route("**/wallet/", lambda route: route.fulfill(status=500, content_type="text/html", path=fault))
    page.goto("/wallet/")
    # As it is drawn; axe takes a page without styles for white.
    page.evaluate("document.body.style.background = 'Canvas'")
    yield page
