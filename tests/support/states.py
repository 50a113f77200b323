"""Every page in every state that a customer can meet. Each function brings a browser there and holds the state still while
it is looked at (see tests/support/tour.py); its docstring says what it shows.
"""

import contextlib
import re

from playwright.sync_api import expect

from tests.support.site import ROOT
from tests.support.tour import NO_NETWORK, STATES, press, spend, state

__all__ = ["STATES"]

CHOSEN = "/wallet/dust/?asset=DOGE&asset=ETH&asset=LINK"
STATUS = "the server responded with a status of"


# --- signing in and out ------------------------------------------------------------------------------------------------


def try_to_sign_in(tour):
    """A page for signing in with what one try says."""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/login/")
    send_wrong_details(page)
    problem = page.locator("main [role=alert] p")
    expect(problem).to_be_visible()
    return page, problem


def send_wrong_details(page):
    page.fill("[name=login]", "mira")
    page.fill("[name=password]", "not this one")
    page.locator("main form button").first.click()


@state("sign-in")
def sign_in(tour):
    """Signing in"""
    yield tour.open("/accounts/login/")


@state("sign-in")
def sign_in_wrong(tour):
    """Wrong details"""
    page, _ = try_to_sign_in(tour)
    yield page


@state("sign-in")
def sign_in_locked(tour):
    """Too many attempts with one name"""
    page, problem = try_to_sign_in(tour)
    said = problem.inner_text()
    for _ in range(5):
        send_wrong_details(page)
    expect(problem).not_to_have_text(said)
    yield page


@state("sign-in")
def sign_in_again(tour):
    """The session ended on the way to a page"""
    yield tour.open(CHOSEN)


@state("sign-in")
def sign_in_closed(tour):
    """Signing in while conversions are closed"""
    with tour.closed():
        yield tour.open("/accounts/login/")


@state("sign-out")
def sign_out(tour):
    """Signing out"""
    yield tour.open("/accounts/logout/", tour.mira)


@state("reset")
def reset(tour):
    """A new password"""
    yield tour.open("/accounts/password/reset/")


@state("reset-sent")
def reset_sent(tour):
    """The message with the link was sent"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/password/reset/")
    page.fill("[name=email]", "somebody@example.com")
    page.locator("main form button").first.click()
    page.wait_for_url("**/reset/done/")
    yield page


@state("reset-key")
def reset_key(tour):
    """The link in the message leads to the new password"""
    yield tour.open(tour.stage.reset_address())


@state("reset-key")
def reset_key_problem(tour):
    """A new password that is too simple"""
    page = tour.open(tour.stage.reset_address())
    for field in page.locator("main input[type=password]").all():
        field.fill("12345")
    page.locator("main form button").first.click()
    expect(page.locator("main .error").first).to_be_visible()
    yield page


@state("reset-bad-key")
def reset_bad_key(tour):
    """The link in the message has been used"""
    yield tour.open("/accounts/password/reset/key/1-not-a-key/")


@state("password")
def password_change(tour):
    """Another password"""
    yield tour.open("/accounts/password/change/", tour.stage.customer(password="correct horse battery"))


# --- the wallet --------------------------------------------------------------------------------------------------------


@state("wallet")
def wallet(tour):
    """Small balances can be converted"""
    yield tour.open("/wallet/", tour.mira)


@state("wallet", is_whole=False)
def wallet_menus(tour):
    """The menus are open: on a phone the pages, on a desk the account"""
    page = tour.open("/wallet/", tour.mira)
    page.evaluate("document.querySelectorAll('.top details').forEach((menu) => { menu.open = true; })")
    yield page


@state("wallet")
def wallet_wait(tour):
    """The wait is running"""
    yield tour.open("/wallet/", waiting(tour))


@state("wallet")
def wallet_running(tour):
    """A conversion is in progress"""
    yield tour.open("/wallet/", converting(tour))


@state("wallet")
def wallet_none(tour):
    """No small balance"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={"BTC": "0.5", "BNB": "1.25"}))


@state("wallet")
def wallet_refused_only(tour):
    """Small balances that can't be converted"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={"BTC": "0.5", "CRO": "41.6", "FTT": "2.5"}))


@state("wallet")
def wallet_empty(tour):
    """Nothing at all"""
    yield tour.open("/wallet/", tour.stage.customer(holdings={}))


@state("wallet")
def wallet_paused(tour):
    """Operators have closed conversions"""
    with tour.closed():
        yield tour.open("/wallet/", tour.mira)


@state("wallet")
def wallet_unpriced(tour):
    """No prices"""
    tour.stage.no_prices()
    yield tour.open("/wallet/", tour.mira)


@state("wallet")
def wallet_search(tour):
    """A search with matches"""
    page = tour.open("/wallet/", tour.mira)
    page.fill("#search", "co")
    page.wait_for_url("**/wallet/?q=co*")
    yield page


@state("wallet")
def wallet_no_match(tour):
    """A search without a match"""
    yield tour.open("/wallet/?q=zzz", tour.mira)


@state("wallet")
def wallet_hidden(tour):
    """Small balances are hidden"""
    yield tour.open("/wallet/?hide=1&sort=name", tour.mira)


@state("wallet")
def wallet_all_hidden(tour):
    """All balances are small, and hidden"""
    yield tour.open("/wallet/?hide=1", tour.stage.customer(holdings={"DOGE": "20", "ETH": "0.001"}))


@state("wallet")
def wallet_stress(tour):
    """The longest name, 18 decimals, large and tiny amounts"""
    yield tour.open("/wallet/", stressed(tour))


def waiting(tour):
    visitor = tour.stage.customer()
    tour.stage.end(name=visitor["name"], codes=["DOGE"])
    return visitor


def converting(tour):
    visitor = tour.stage.customer()
    tour.stage.run(name=visitor["name"], codes=["DOGE", "ETH"])
    return visitor


def stressed(tour):
    amounts = {"WRAPPEDSTAKEDETH": "0.01234567", "FINE": "0.123456789012345678", "SHIB": "1234567.891"}
    amounts |= {"PEPE": "0.013", "BTC": "1234.56789012", "USDT": "98765432.123456", "EUR": "4.99", "DOGE": "1"}
    return tour.stage.customer(holdings=amounts)


# --- the dust page -----------------------------------------------------------------------------------------------------


@state("dust")
def dust(tour):
    """First visit: nothing is ticked"""
    yield tour.open("/wallet/dust/", tour.mira)


@state("dust")
def dust_nothing(tour):
    """Review was pressed with nothing ticked"""
    page = tour.open("/wallet/dust/", tour.mira, expects=[f"{STATUS} 422"])
    press(page, "#convert")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("dust")
def dust_some(tour):
    """Some are ticked"""
    yield tour.open(CHOSEN, tour.mira)


@state("dust", is_whole=False)
def dust_seen(tour):
    """Some are ticked, as the window shows it"""
    yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_all(tour):
    """All are ticked"""
    yield tour.open("/wallet/dust/?all=1", tour.mira)


@state("dust")
def dust_updating(tour):
    """The estimate is on its way for longer than 400 ms"""
    page = tour.open(CHOSEN, tour.mira)
    tour.hold(page, "**/estimate/")
    page.check("#choose-XRP")
    expect(page.locator("#summary .updating")).to_be_visible()
    yield page


@state("dust")
def dust_old(tour):
    """Prices are two minutes old"""
    tour.stage.observe(ago=125)
    yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_updated(tour):
    """Update prices was pressed"""
    page = tour.open(CHOSEN, tour.mira)
    tour.stage.observe(moved={"DOGE": "-1.2"})
    press(page, "#update")
    expect(page.locator("#say")).not_to_be_empty()
    yield page


@state("dust")
def dust_one_unpriced(tour):
    """The price of a ticked asset went missing"""
    page = tour.open(CHOSEN, tour.mira)
    tour.stage.observe(gone=["DOGE"])
    press(page, "#update")
    expect(page.locator("#choose-DOGE")).to_have_count(0)
    yield page


@state("dust")
def dust_unpriced(tour):
    """No prices"""
    tour.stage.no_prices()
    yield tour.open("/wallet/dust/", tour.mira)


@state("dust")
def dust_wait(tour):
    """The wait is running"""
    yield tour.open("/wallet/dust/?asset=ETH&asset=LINK", waiting(tour))


@state("dust")
def dust_running(tour):
    """A conversion is in progress"""
    yield tour.open(CHOSEN, converting(tour))


@state("dust")
def dust_paused(tour):
    """Operators have closed conversions"""
    with tour.closed():
        yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_none(tour):
    """No small balance"""
    yield tour.open("/wallet/dust/", tour.stage.customer(holdings={"BNB": "1.25"}))


@state("dust")
def dust_refused_only(tour):
    """Only balances that can't be converted"""
    yield tour.open("/wallet/dust/", tour.stage.customer(holdings={"BTC": "0.5", "CRO": "41.6", "FTT": "2.5"}))


@state("dust")
def dust_changed(tour):
    """A balance changed since the page was made"""
    visitor = tour.stage.customer()
    page = tour.open(CHOSEN, visitor, expects=[f"{STATUS} 422"])
    tour.stage.deposit(name=visitor["name"], code="ETH", amount="0.0001")
    press(page, "#convert")
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("dust")
def dust_search(tour):
    """A search that hides ticked rows"""
    page = tour.open(CHOSEN, tour.mira)
    page.fill("#find", "do")
    yield page


@state("dust")
def dust_no_match(tour):
    """A search without a match"""
    page = tour.open(CHOSEN, tour.mira)
    page.fill("#find", "zzz")
    yield page


@state("dust")
def dust_reasons(tour):
    """Every reason why not"""
    page = tour.open("/wallet/dust/", tour.mira)
    press(page, "#refused summary")
    yield page


@state("dust")
def dust_fee(tour):
    """With a fee of 2%"""
    with fee(tour):
        yield tour.open(CHOSEN, tour.mira)


@state("dust")
def dust_one(tour):
    """One asset"""
    yield tour.open("/wallet/dust/?all=1", tour.stage.customer(holdings={"DOGE": "48.7731"}))


@state("dust")
def dust_120(tour):
    """120 assets, all ticked"""
    yield tour.open("/wallet/dust/?all=1", tour.stage.customer(many=120))


@state("dust")
def dust_stress(tour):
    """The longest name, 18 decimals, large and tiny amounts"""
    yield tour.open("/wallet/dust/?all=1", stressed(tour))


@state("dust")
def dust_plain(tour):
    """Without JavaScript"""
    yield tour.open(CHOSEN, tour.mira, script=False)


@contextlib.contextmanager
def fee(tour):
    tour.stage.policy(fee_percent="2")
    try:
        yield
    finally:
        tour.stage.policy(fee_percent="0")


# --- the review --------------------------------------------------------------------------------------------------------


@state("dust", is_whole=False)
def dialog(tour):
    """The dialog, fresh"""
    yield tour.review(tour.mira, CHOSEN)


@state("dust", is_whole=False)
def dialog_soon(tour):
    """Less than ten seconds left"""
    page = tour.review(tour.mira, CHOSEN)
    spend(page, int(page.locator("#left").get_attribute("data-seconds")) - 10)
    expect(page.locator("#left")).to_contain_text(re.compile(r"\b10\b"))
    spend(page, 1)
    expect(page.locator("#say-dialog")).not_to_be_empty()
    yield page


@state("dust", is_whole=False)
def dialog_expired(tour):
    """Out of date"""
    page = tour.review(tour.mira, CHOSEN)
    spend(page, 31)
    expect(page.locator("#go")).to_have_attribute("formaction", re.compile("renew"))
    yield page


@state("dust", is_whole=False)
def dialog_renewed(tour):
    """Update prices was pressed in it"""
    page = tour.review(tour.mira, CHOSEN)
    tour.stage.observe(moved={"DOGE": "-1.2"})
    spend(page, 31)
    expect(page.locator("#go")).to_have_attribute("formaction", re.compile("renew"))
    press(page, "#go")
    expect(page.locator("#dialog .box.first")).to_be_visible()
    yield page


@state("dust", is_whole=False)
def dialog_starting(tour):
    """Confirm was pressed"""
    page = tour.review(tour.mira, CHOSEN)
    tour.hold(page, "**/confirm/")
    press(page, "#go")
    expect(page.locator("#go")).to_have_attribute("aria-busy", "true")
    yield page


@state("dust", is_whole=False)
def dialog_conflict(tour):
    """A conversion was started elsewhere"""
    visitor = tour.stage.customer()
    page = tour.review(visitor, CHOSEN, expects=[f"{STATUS} 409"])
    tour.stage.run(name=visitor["name"], codes=["XRP"])
    press(page, "#go")
    expect(page.locator("#dialog .box.first")).to_be_focused()
    yield page


@state("dust", is_whole=False)
def dialog_changed(tour):
    """A balance changed before Confirm"""
    visitor = tour.stage.customer()
    page = tour.review(visitor, CHOSEN, expects=[f"{STATUS} 409"])
    tour.stage.take_half(name=visitor["name"], codes=["DOGE"])
    press(page, "#go")
    expect(page.locator("#dialog .box.first")).to_be_focused()
    yield page


@state("dust", is_whole=False)
def dialog_closed(tour):
    """Operators closed conversions before Confirm"""
    page = tour.review(tour.mira, CHOSEN, expects=[f"{STATUS} 503"])
    with tour.closed():
        press(page, "#go")
        expect(page.locator("#dialog .box.first")).to_be_focused()
        yield page


@state("dust", is_whole=False)
def dialog_offline(tour):
    """No network when Confirm was pressed"""
    page = tour.review(tour.mira, CHOSEN, expects=NO_NETWORK)
    page.route("**/confirm/", lambda route: route.abort("internetdisconnected"))
    press(page, "#go")
    expect(page.locator("#warn-dialog")).not_to_be_empty()
    yield page


@state("dust", is_whole=False)
def dialog_one(tour):
    """One asset, with a fee of 2%"""
    with fee(tour):
        yield tour.review(tour.mira, "/wallet/dust/?asset=DOGE")


@state("dust", is_whole=False)
def dialog_40(tour):
    """40 assets"""
    yield tour.review(tour.stage.customer(many=40), "/wallet/dust/?all=1")


@state("dust", is_whole=False)
def dialog_stress(tour):
    """The longest name, 18 decimals"""
    yield tour.review(stressed(tour), "/wallet/dust/?all=1")


def quoted(tour, visitor=None, *, script=False, expects=(), **facts):
    visitor = visitor or tour.stage.customer(small_only=True)
    reference = tour.stage.quote(name=visitor["name"], **facts)
    return tour.open(f"/conversions/{reference}/", visitor, script=script, expects=expects)


@state("review")
def review(tour):
    """The page without JavaScript, fresh"""
    yield quoted(tour)


@state("review")
def review_expired(tour):
    """Out of date"""
    yield quoted(tour, ago=60)


@state("review")
def review_renewed(tour):
    """Confirmed too late: new prices"""
    yield quoted(tour, renewed=True)


@state("review")
def review_conflict(tour):
    """A conversion was started elsewhere"""
    visitor = tour.stage.customer()
    page = quoted(tour, visitor, codes=["DOGE", "ETH"], expects=[f"{STATUS} 409"])
    tour.stage.run(name=visitor["name"], codes=["XRP"])
    press(page, "#go")
    yield page


@state("review")
def review_40(tour):
    """40 assets, with JavaScript"""
    yield quoted(tour, tour.stage.customer(many=40), script=True)


# --- progress and result -----------------------------------------------------------------------------------------------


@state("progress")
def progress(tour):
    """Waiting"""
    yield tour.progress()


@state("progress")
def progress_checking(tour):
    """Checking prices and converting"""
    yield tour.progress(attempts=1)


@state("progress")
def progress_slow(tour):
    """Longer than usual"""
    yield tour.progress(ago=40, attempts=1)


@state("progress", is_whole=False)
def progress_offline(tour):
    """No network"""
    page = tour.progress()
    tour.expected.extend(NO_NETWORK)
    page.route("**/*seen=*", lambda route: route.abort("internetdisconnected"))
    expect(page.locator("#warn")).not_to_be_empty()
    yield page


@state("progress")
def progress_plain(tour):
    """Without JavaScript"""
    yield tour.progress(script=False)


@state("result")
def completed(tour):
    """Completed, with less than the estimate"""
    yield tour.result(moved={"DOGE": "-1.2"})


@state("result")
def completed_more(tour):
    """Completed, with more than the estimate and a fee of 2%"""
    yield tour.result(moved={"DOGE": "1.2"}, fee=2)


@state("result")
def completed_same(tour):
    """Completed, exactly as estimated, and the wait is over"""
    yield tour.result(codes=["DOGE"], ago=7 * 3600)


@state("result")
def completed_stress(tour):
    """Completed: the longest name, 18 decimals"""
    yield tour.result(stressed(tour))


@state("result")
def completed_120(tour):
    """Completed: 120 assets"""
    yield tour.result(tour.stage.customer(many=120))


@state("result")
def stopped(tour):
    """Stopped: a price moved"""
    yield tour.result(moved={"DOGE": "6.18", "ETH": "-1.5"})


@state("result")
def stopped_bnb(tour):
    """Stopped: BNB's price moved"""
    yield tour.result(moved={"BNB": "-5.5"})


@state("result")
def stopped_limit(tour):
    """Stopped: worth more than the limit"""
    yield tour.result(codes=["LINK", "DOGE"], moved={"LINK": "700"})


@state("result")
def stopped_delisted(tour):
    """Stopped: delisted meanwhile"""
    yield tour.result(codes=["TRX", "DOGE"], meanwhile="delist")


@state("result")
def stopped_unpriced(tour):
    """Stopped: no price"""
    yield tour.result(gone=["DOGE"])


@state("result")
def stopped_changed(tour):
    """Stopped: the balance changed"""
    yield tour.result(codes=["DOGE", "ETH"], meanwhile="take_half")


@state("result")
def stopped_late(tour):
    """Stopped: too late"""
    yield tour.result(ago=600, meanwhile="wait_too_long")


@state("result")
def failed(tour):
    """Failed"""
    yield tour.result(ago=3600, meanwhile="give_up")


@state("result", is_printed=True)
def receipt(tour):
    """The receipt on paper, from both themes"""
    yield tour.result(tour.stage.customer(), moved={"DOGE": "-1.2"}, fee=2)


@state("result", is_printed=True)
def receipt_stopped(tour):
    """A stopped conversion on paper"""
    yield tour.result(moved={"DOGE": "6.18"})


# --- history -----------------------------------------------------------------------------------------------------------


@state("history")
def history_never(tour):
    """None ever"""
    yield tour.open("/conversions/", tour.mira)


@state("history")
def history(tour):
    """The newest of many, and Older"""
    yield tour.open("/conversions/", tour.old_hand)


@state("history")
def history_months(tour):
    """Enough months to compare"""
    visitor = tour.stage.customer()
    tour.stage.history(name=visitor["name"], days=9, apart=31)
    yield tour.open("/conversions/", visitor)


@state("history")
def history_older(tour):
    """The last page, and Newer"""
    page = tour.open("/conversions/", tour.old_hand)
    page.locator("nav[aria-label] a[href*=before]").click()
    page.wait_for_url("**before=**")
    yield page


@state("history")
def history_filtered(tour):
    """Filters, as chips"""
    yield tour.open("/conversions/?status=completed&from=2020-01-01&to=2999-12-31&asset=DOGE", tour.old_hand)


@state("history", is_whole=False)
def history_filters(tour):
    """The filters unfolded"""
    page = tour.open("/conversions/?status=stopped", tour.old_hand)
    page.evaluate("document.querySelector('#filters details').open = true")
    yield page


@state("history")
def history_no_match(tour):
    """None match"""
    yield tour.open("/conversions/?status=failed", tour.old_hand)


@state("history")
def history_wrong(tour):
    """Dates that can't be"""
    address = "/conversions/?from=2026-11-24&to=2026-11-23"
    yield tour.open(address, tour.old_hand, expects=[f"{STATUS} 422"])


@state("history")
def history_running(tour):
    """One in progress on top"""
    visitor = tour.stage.customer()
    tour.stage.history(name=visitor["name"], days=3)
    tour.stage.run(name=visitor["name"], codes=["XRP"])
    page = tour.open("/help/", visitor)
    page.route("**/running/", lambda route: route.fulfill(status=204))
    page.goto("/conversions/")
    yield page


# --- settings, help ----------------------------------------------------------------------------------------------------


@state("settings")
def settings(tour):
    """Settings"""
    yield tour.open("/settings/", tour.mira)


@state("settings")
def settings_saved(tour):
    """Saved"""
    page = tour.open("/settings/", tour.stage.customer(holdings={}))
    page.locator("#display form > button").click()
    expect(page.locator("#messages .box")).to_be_visible()
    yield page


@state("settings")
def settings_wrong(tour):
    """No such time zone"""
    page = tour.open("/settings/", tour.mira, expects=[f"{STATUS} 422"])
    page.fill("#id_time_zone", "Mars")
    page.locator("#display form > button").click()
    expect(page.locator("#problem-title")).to_be_focused()
    yield page


@state("help")
def helped(tour):
    """Help"""
    yield tour.open("/help/", tour.mira)


@state("help")
def helped_signed_out(tour):
    """Help, signed out"""
    yield tour.open("/help/")


# --- errors and notices ------------------------------------------------------------------------------------------------


@state("error-400")
def error_400(tour):
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
def error_403(tour):
    """A page for others"""
    yield tour.open("/admin/wallet/asset/", tour.stage.clerk(), expects=[f"{STATUS} 403"])


@state("error-403-csrf")
def error_403_csrf(tour):
    """A form that was open for too long"""
    page = tour.open(CHOSEN, tour.mira, script=False, expects=[f"{STATUS} 403"])
    page.context.clear_cookies(name="csrftoken")
    press(page, "#convert")
    yield page


@state("error-404")
def error_404(tour):
    """No such page"""
    yield tour.open("/nothing/", tour.mira, expects=[f"{STATUS} 404"])


@state("error-404")
def error_404_signed_out(tour):
    """No such page, signed out"""
    yield tour.open("/nothing/", expects=[f"{STATUS} 404"])


@state("error-429")
def error_429(tour):
    """Too many attempts"""
    tour.stage.forget_attempts()
    page = tour.open("/accounts/password/reset/", expects=[f"{STATUS} 429"])
    for _ in range(6):
        page.goto("/accounts/password/reset/")
        page.fill("[name=email]", "somebody@example.com")
        page.locator("main form button").first.click()
    yield page


@state("error-500")
def error_500(tour):
    """A fault: the file that is sent then"""
    page = tour.open("/help/", tour.mira, expects=[f"{STATUS} 500"])
    fault = {"status": 500, "content_type": "text/html", "path": ROOT / "templates" / "500.html"}
    page.route("**/wallet/", lambda route: route.fulfill(**fault))
    page.goto("/wallet/")
    page.evaluate(
        "document.body.style.background = 'Canvas'"
    )  # as it is drawn; axe takes a page without styles for white
    yield page


@state("dust")
def closed_too_late(tour):
    """Review was pressed after operators closed conversions"""
    page = tour.open(CHOSEN, tour.mira, script=False, expects=[f"{STATUS} 503"])
    with tour.closed():
        press(page, "#convert")
        yield page


@state("wallet")
def closing_planned(tour):
    """A closing is announced"""
    with tour.closed(ahead=True):
        yield tour.open("/wallet/", tour.mira)


def warned(tour, expects, answer):
    """An estimate that went wrong in this way."""
    page = tour.open(CHOSEN, tour.mira, expects=expects)
    page.route("**/estimate/", answer)
    page.check("#choose-XRP")
    expect(page.locator("#warn")).not_to_be_empty()
    return page


@state("dust", is_whole=False)
def offline(tour):
    """No network"""
    yield warned(tour, NO_NETWORK, lambda route: route.abort("internetdisconnected"))


@state("dust", is_whole=False)
def warned_many(tour):
    """Too many requests, under htmx"""
    refused = [f"{STATUS} 429", "Response Status Error Code 429"]
    yield warned(tour, refused, lambda route: route.fulfill(status=429))


@state("dust", is_whole=False)
def warned_fault(tour):
    """A fault, under htmx"""
    failed = [f"{STATUS} 500", "Response Status Error Code 500"]
    yield warned(tour, failed, lambda route: route.fulfill(status=500))
