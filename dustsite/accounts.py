"""How people sign up and in, and how what identifies them changes: the settings of allauth, and of passwords."""

from typing import Any

PROOF_SECONDS = 300  # for which a fresh proof lasts (P21)
PASSWORD_LENGTH = 12  # the least; there is no most

SETTINGS: dict[str, Any] = {
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": PASSWORD_LENGTH},
        },
        # The 20,000 most common ones of those that were stolen elsewhere.
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "wallet.passwords.SiteWordsValidator"},
    ],
    "ACCOUNT_SIGNUP_FIELDS": ["username*", "email*", "password1*"],
    "ACCOUNT_FORMS": {
        "login": "wallet.account_forms.SignInForm",
        "signup": "wallet.account_forms.SignUpForm",
        "add_email": "wallet.account_forms.AddressForm",
        "change_password": "wallet.account_forms.ChangePasswordForm",
        "reset_password": "wallet.account_forms.ResetForm",
        "reset_password_from_key": "wallet.account_forms.NewPasswordForm",
        "reauthenticate": "wallet.account_forms.ProofForm",
    },
    # Who signed up gets in once the address is confirmed; another address takes effect once it is (S1).
    "ACCOUNT_EMAIL_VERIFICATION": "mandatory",
    "ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS": 1,
    "ACCOUNT_CHANGE_EMAIL": True,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    # Before an address changes: a proof of its own in this session, no older than PROOF_SECONDS (in settings.py, by name).
    "ACCOUNT_REAUTHENTICATION_REQUIRED": True,
    # Django's own: allauth's writes a row for the address that it looks at, as one that was never confirmed. Both end with
    # the password, the address and the last sign-in that they were made for.
    "ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR": "django.contrib.auth.tokens.PasswordResetTokenGenerator",
    "PASSWORD_RESET_TIMEOUT": 3600,  # seconds for which the link in a mail leads to a new password
    "ACCOUNT_EMAIL_SUBJECT_PREFIX": "",
    "ACCOUNT_USERNAME_MIN_LENGTH": 3,
}
