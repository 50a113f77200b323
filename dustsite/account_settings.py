"""Settings of passwords, sessions, fresh proofs and second factors that are the same on every site."""

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
# A session is in the database, and its limits are those of wallet/sessions.py; the cookie of one that doesn't stay goes with
# the browser.
SESSION_COOKIE_AGE = 14 * 86_400
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
MFA_ADAPTER = "wallet.factors.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "wallet.factor_forms.CodeForm",
    "reauthenticate": "wallet.factor_forms.ProofForm",
    "activate_totp": "wallet.factor_forms.FirstCodeForm",
    "add_webauthn": "wallet.factor_forms.PasskeyForm",
    "authenticate_webauthn": "wallet.factor_forms.PasskeyStepForm",
    "login_webauthn": "wallet.factor_forms.PasskeySignInForm",
    "reauthenticate_webauthn": "wallet.factor_forms.PasskeyProofForm",
    "edit_webauthn": "wallet.factor_forms.PasskeyNameForm",
}
# An address that isn't confirmed yet resets nothing; without this, its owner could not set up what the policy asks for.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # the code before and the one after too, for a phone whose clock is half a minute off
