"""An authenticator without a device: it makes passkeys and uses them, as a browser would hand them over."""

import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

FLAG = AuthenticatorData.FLAG


def text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


class Passkey:
    """One passkey of one site; `is_verified`: it asked for its owner's finger, face or PIN."""

    def __init__(self, origin: str = "http://testserver", *, is_verified: bool = True) -> None:
        self.origin, self.flags = origin, FLAG.UP | (FLAG.UV if is_verified else FLAG(0))
        self.id, self.key = token_bytes(16), ec.generate_private_key(ec.SECP256R1())
        self.site = sha256(origin.partition("//")[2].partition(":")[0].encode()).digest()
        self.owner = ""

    def made(self, options: str) -> str:
        """What it answers to being asked for a new passkey, in these options."""
        wanted = json.loads(options)["publicKey"]
        self.owner = wanted["user"]["id"]
        key = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        public = AttestedCredentialData.create(Aaguid.NONE, self.id, key)
        data = AuthenticatorData.create(self.site, self.flags | FLAG.AT, 0, public)
        answer = {"attestationObject": text(AttestationObject.create("none", data, {}))}
        return self._written("webauthn.create", wanted["challenge"], answer, {"credProps": {"rk": True}})

    def used(self, options: Any) -> str:
        """What it answers to being asked who is there."""
        wanted = (json.loads(options) if isinstance(options, str) else options)["publicKey"]
        data = AuthenticatorData.create(self.site, self.flags, 1)
        client = self._client("webauthn.get", wanted["challenge"])
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        answer = {"authenticatorData": text(data), "signature": text(signature), "userHandle": self.owner}
        return self._written("webauthn.get", wanted["challenge"], answer, {})

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _written(self, kind: str, challenge: str, answer: dict[str, str], results: dict[str, Any]) -> str:
        named = {"id": text(self.id), "rawId": text(self.id), "type": "public-key", "clientExtensionResults": results}
        return json.dumps(named | {"response": answer | {"clientDataJSON": text(self._client(kind, challenge))}})
