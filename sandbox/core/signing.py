"""Signatures of webhooks by Standard Webhooks 1.0.0 (github.com/standard-webhooks/standard-webhooks). Pure.

The receiver recomputes HMAC-SHA256 over ``id.timestamp.body`` with the secret that both know. The id stays
the same when a message is sent again, so a receiver can drop what it has; the timestamp is of the attempt.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode

PREFIX = "whsec_"
KEY_BYTES = range(24, 65)
"""How long the standard lets a symmetric key be."""


class BadSecret(ValueError):
    """Safe to show: says nothing of what the secret is."""


def signing_key(secret: str) -> bytes:
    """The key in ``whsec_<base64>``. Raises BadSecret."""
    if not secret.startswith(PREFIX):
        raise BadSecret(f"a webhook's secret begins with {PREFIX}")
    try:
        key = b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret(f"what follows {PREFIX} is not base64") from None
    if len(key) not in KEY_BYTES:
        raise BadSecret(
            f"a webhook's key has {KEY_BYTES.start} to {KEY_BYTES.stop - 1} bytes, not {len(key)}"
        )
    return key


def signature_headers(key: bytes, *, message: str, at_s: int, body: bytes) -> dict[str, str]:
    """``message``: its id, without a dot. ``at_s``: of this attempt, epoch seconds."""
    signed = f"{message}.{at_s}.".encode() + body
    mac = b64encode(hmac.digest(key, signed, "sha256")).decode()
    return {"webhook-id": message, "webhook-timestamp": str(at_s), "webhook-signature": f"v1,{mac}"}
