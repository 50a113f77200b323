"""P13, P16: every address × method × everybody there is × with and without a token, from the URL configuration.

What is expected stands beside the route: in wallet/urls.py and its like, and for the admin in tests/support/expectations.py.
"""

import re
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver

from dustsite.branding import Brand
from tests.support import factories
from tests.support.addresses import every
from tests.support.expectations import ADMIN, ADMIN_PAGES, OWN_RIGHTS, ROLES
from tests.support.html import read
from wallet import roles, sessions
from wallet.models import OutboxMail
from wallet.routes import Access, Route
from wallet.subscriptions import Subscription

TOKEN = "t" * 32
OWNER, STRANGER, NOBODY, VIEWER, SUPERUSER = "owner", "stranger", "nobody", "viewer", "superuser"
EVERYBODY = [NOBODY, OWNER, STRANGER, VIEWER, SUPERUSER]
WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b(?! INTO wallet_count\b)", re.IGNORECASE)
OF_MODEL = re.compile(r"admin:(?P<model>[a-z]+_[a-z]+)_(?P<part>changelist|add|history|delete|change)\Z")


@contextmanager
def written():
    """The statements that change rows, of whatever table but the one in which limits count what was asked."""
    found = []

    def look(execute, sql, *args):
        if WRITE.match(sql):
            found.append(sql[:90])
        return execute(sql, *args)

    with connection.execute_wrapper(look):
        yield found


class Matrix:
    """The addresses, and one of those who ask them."""

    def __init__(self, world, who):
        self.who = who
        self.reference = world.settled("DOGE").reference
        self.word = Subscription(world.user.pk, OutboxMail.Kind.RECEIPT).word
        self.client = Client(enforce_csrf_checks=True, raise_request_exception=False)
        user = {NOBODY: lambda: None, OWNER: lambda: world.user, STRANGER: lambda: factories.user("stranger")}
        user[SUPERUSER] = lambda: factories.user("admin", is_staff=True, is_superuser=True)
        found = user[who]() if who in user else factories.staff(who)
        if found:
            self.client.force_login(found)
            self.client.get("/help/")  # the session notes that it is used, not oftener than each minute
        # Else the first page that is asked would write it into its cookie.
        self.client.cookies["csrftoken"] = TOKEN
        self.cookies = {name: cookie.value for name, cookie in self.client.cookies.items()}

    def addresses(self, **samples):
        known = {"reference": self.reference, "word": self.word}
        for address in every(get_resolver(), known | samples):
            model = OF_MODEL.match(address.name)
            row = apps.get_model(model["model"].replace("_", ".")).objects.first() if model else None
            yield address.name, address.path.replace("/0/", f"/{row.pk}/") if row else address.path, address.view

    def ask(self, method, path, *, token):
        """The status, and what was written; it is taken back."""
        headers = {"X-CSRFToken": TOKEN} if token else {}
        self.client.cookies.clear()  # what was answered before may have changed them
        self.client.cookies.load(self.cookies)
        with transaction.atomic(), written() as statements:
            response = self.client.generic(method, path, headers=headers)
            transaction.set_rollback(True)
        return response, statements


@pytest.fixture
def asked_by(world, settings, monkeypatch, tmp_path):
    """The matrix of one of those who ask."""
    settings.DEMO_MAIL = tmp_path
    (tmp_path / "1.eml").write_text("To: a@example.com\nSubject: x\nContent-Type: text/html\n\n<p>A mail")
    settings.SECURITY_CONTACT = "mailto:security@example.com"
    settings.BRAND = Brand(stylesheet=":root {}", logo=b"<svg/>")
    moment = sessions.moment()
    monkeypatch.setattr(
        sessions, "moment", lambda: moment
    )  # a minute later a session would note once more that it is used
    return lambda who: Matrix(world, who)


@pytest.fixture(params=EVERYBODY)
def matrix(request, asked_by):
    return asked_by(request.param)


@pytest.fixture(params=[NOBODY, OWNER, *ROLES])
def of_admin(request, asked_by):
    """Of those whom the admin tells apart: who is no staff, and each role."""
    return asked_by(request.param)


def is_of_account(name):
    """An account page: mostly classes of django-allauth's, which answer PUT like POST and tell OPTIONS what they take."""
    return name == "security" or name.startswith(("account_", "mfa_", "usersessions_", "end_"))


def facts(view):
    return view.facts if isinstance(view, Route) else None


def is_expected(name, view):
    model = OF_MODEL.match(name)
    of_admin = (model and model["model"] in ADMIN) or name in ADMIN_PAGES or name.startswith(("admin:/", "/admin/"))
    return bool(facts(view) or of_admin)


def test_every_address_says_who_gets_an_answer():
    """A new one has to say it in its Route, or in tests/support/expectations.py."""
    unsaid = [address.name for address in every(get_resolver()) if not is_expected(address.name, address.view)]
    assert unsaid == []


def expected(said, who, method):
    """The statuses that an address of the site may answer with, to a request with its token."""
    if method.replace("HEAD", "GET") not in said.methods:
        return {405}
    if who == NOBODY and said.access is not Access.EVERYBODY:
        return {302}
    if said.access is Access.OWNER and who != OWNER:
        return {404}
    return {200, 204, 302, 303, 400, 409, 422}


def test_p13_p16_the_sites_own_addresses_answer_whom_and_what_they_say(matrix):
    """P13, P16: to all methods; somebody else's is a 404, whoever asks, operators too."""
    wrong = []
    for name, path, view in matrix.addresses():
        if not isinstance(view, Route) or is_of_account(name):
            continue
        for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
            response, statements = matrix.ask(method, path, token=True)
            right = expected(view.facts, matrix.who, method)
            if response.status_code not in right:
                wrong.append(f"{method} {path}: {response.status_code} instead of {right}")
            if statements and (method != "POST" or (response.status_code in (302, 404, 405) and matrix.who == NOBODY)):
                wrong.append(f"{method} {path} writes: {statements[0]}")
            if right == {302} and not response.headers.get("Location", "").startswith("/accounts/login/?next="):
                wrong.append(f"{method} {path} leads elsewhere")
    assert wrong == []


def test_p13_somebody_elses_looks_like_nothing_at_all(matrix):
    """P13: the same page for what belongs to another as for what does not exist, at each address that names something."""
    if matrix.who in (OWNER, NOBODY):
        pytest.skip("it is about those who are signed in, and ask for another's")
    foreign, missing = matrix.addresses(), matrix.addresses(reference="CV-0000-0000")
    for (_, path, view), (_, nothing, _) in zip(foreign, missing, strict=True):
        if path == nothing:
            continue
        for method in facts(view).methods:
            theirs, statements = matrix.ask(method, path, token=True)
            none, _ = matrix.ask(method, nothing, token=True)
            assert (theirs.status_code, statements) == (none.status_code, []) == (404, []), path
            assert read(theirs).text == read(none).text, path
            assert sorted(theirs.headers.items()) == sorted(none.headers.items()), path


def test_p16_no_get_changes_a_row(matrix):
    """P16: of any table, at any address."""
    wrong = []
    for _, path, _ in matrix.addresses():
        response, statements = matrix.ask("GET", path, token=False)
        if statements:
            wrong.append(f"{path} writes: {statements[0]}")
        if response.status_code >= 500:
            wrong.append(f"{path}: {response.status_code}")
    assert wrong == []


def test_p16_nothing_is_done_without_a_token(matrix):
    """P16: not by whoever may do it either."""
    if matrix.who in (STRANGER, VIEWER):
        pytest.skip("the token is asked before anybody is told from anybody else")
    wrong, exempt = [], []
    for name, path, view in matrix.addresses():
        if isinstance(view, Route) and view.csrf_exempt:
            exempt.append(name)
            continue
        for method in ("POST", "PUT", "PATCH", "DELETE") if isinstance(view, Route) else ("POST",):
            response, statements = matrix.ask(method, path, token=False)
            if response.status_code != 403 or statements:
                wrong.append(f"{method} {path}: {response.status_code}, {statements}")
    assert wrong == []
    # What mail programs POST (RFC 8058). tests/views/test_unsubscribe.py shows that it does nothing else.
    assert exempt == ["one_click"]


def test_the_account_pages_answer_whom_they_say(matrix):
    wrong = []
    for name, path, view in matrix.addresses():
        said = facts(view)
        if said is None or not is_of_account(name):
            continue
        for method in said.methods:
            response, _ = matrix.ask(method, path, token=True)
            leads_to_sign_in = response.headers.get("Location", "").startswith("/accounts/login/?next=")
            must_sign_in = matrix.who == NOBODY and said.access is Access.SIGNED_IN
            if response.status_code not in {200, 302, 303, 403, 404, 405, 422} or leads_to_sign_in != must_sign_in:
                wrong.append(f"{method} {path}: {response.status_code} {response.headers.get('Location')}")
    assert wrong == []


def admin_status(name, who, method, *, has_row):
    """What the admin may answer to somebody of this role."""
    model, part = OF_MODEL.match(name).group("model", "part")
    seen, rights = ROLES[who]
    may = rights.get(model, frozenset())
    if part in ("add", "delete"):
        is_allowed = part in may
        return ({200, 302} if part == "add" or has_row else {302}) if is_allowed else {403}
    if part == "history":  # of what is not there it leads away, whoever asks
        return {302, 405} if model in seen else {302, 403}
    if (method == "POST" and part == "change" and "change" not in may) or model not in seen:
        return {403}
    return {200, 302, 405}


def test_p14_p20_the_admin_lets_nobody_in_but_staff_and_staff_do_no_more_than_they_may(of_admin):
    """P14, P20: a customer gets nothing; who may view changes nothing; a superuser changes no money and no history."""
    wrong = []
    for name, path, _ in of_admin.addresses():
        if not name.startswith("admin:"):
            continue
        model = OF_MODEL.match(name)
        for method in ("GET", "POST"):
            response, statements = of_admin.ask(method, path, token=True)
            status = response.status_code
            if of_admin.who not in ROLES:
                right = {302, 403}
            elif model:
                right = admin_status(name, of_admin.who, method, has_row="/0/" not in path)
            elif method == "GET" and name in ADMIN_PAGES:
                right = ADMIN_PAGES[name]
            else:
                right = set(range(200, 500))
            if status not in right:
                wrong.append(f"{method} {path}: {status} instead of {right}")
            may = ROLES[of_admin.who][1].get(model["model"]) if model and of_admin.who in ROLES else None
            if statements and not (may or name in ("admin:logout", "admin:password_change")):
                wrong.append(f"{method} {path} writes: {statements[0]}")
    assert wrong == []


def test_every_role_stands_in_the_matrix(db):
    """And each has the permissions that the matrix says, no more: what no page shows today is somebody's tomorrow."""
    assert set(roles.ROLES) == set(ROLES) - {SUPERUSER}
    for role in roles.ROLES:
        seen, rights = ROLES[role]
        said = {f"view_{model}" for model in seen} | {
            f"{verb}_{model}" for model, may in rights.items() for verb in may
        }
        said |= {f"{right}_{model}" for model, own in OWN_RIGHTS.get(role, {}).items() for right in own}
        given = Permission.objects.filter(group__name=role).values_list(
            "codename", "content_type__app_label", "content_type__model"
        )
        assert {f"{code.removesuffix(f'_{model}')}_{app}_{model}" for code, app, model in given} == said
