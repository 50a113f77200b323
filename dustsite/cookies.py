from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage


class MessageCookies(CookieStorage):
    """Messages in a cookie, which only this host can set where there is https, as its other cookies."""

    cookie_name = "__Host-messages" if settings.SESSION_COOKIE_SECURE else "messages"
