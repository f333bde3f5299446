"""Seals sensitive answers with AES-256-GCM, each bound to the coalition, person and field that it belongs to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D, 5.2.1.1: the length GCM is made for
KEY_ID_BYTES = 4


class Unreadable(Exception):
    """A sealed value was moved, damaged, or sealed with a key that is not here."""


class Vault:
    """Keys in, sealed bytes out; the first key seals, all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take keys of 32 bytes, the one for new values first. Raises ValueError for none or a short one."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError(f"a data key has {KEY_BYTES} bytes")
        self._ciphers = {key_id(key): AESGCM(key) for key in keys}
        self._markers = [hashlib.sha256(b"coalition-bot marks" + key).digest() for key in keys]
        self.current = key_id(keys[0])

    def seal(self, text: str, *binding: object) -> bytes:
        """Encrypt `text` for the place that `binding` names, such as coalition, person and field."""
        return self.seal_bytes(text.encode(), *binding)

    def seal_bytes(self, content: bytes, *binding: object) -> bytes:
        """The same for what is no text, such as a file."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, content, _associated(binding))
        return self.current + nonce + sealed

    def open(self, sealed: bytes, *binding: object) -> str:
        """Decrypt what was sealed for this very `binding`. Raises Unreadable."""
        try:
            return self.open_bytes(sealed, *binding).decode()
        except UnicodeDecodeError as error:
            raise Unreadable("no text") from error

    def open_bytes(self, sealed: bytes, *binding: object) -> bytes:
        """The same for what is no text. Raises Unreadable."""
        cipher = self._ciphers.get(sealed[:KEY_ID_BYTES])
        if cipher is None:
            raise Unreadable("sealed with a key that is not here")
        nonce = sealed[KEY_ID_BYTES : KEY_ID_BYTES + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[KEY_ID_BYTES + NONCE_BYTES :], _associated(binding))
        except (InvalidTag, ValueError) as error:
            raise Unreadable("moved or damaged") from error

    def marks(self, text: str, *binding: object) -> tuple[str, ...]:
        """Signs by which a text is recognised without being kept, one per key: the first is the one to keep."""
        whole = _associated((*binding, text))
        return tuple(hmac.new(marker, whole, hashlib.sha256).hexdigest() for marker in self._markers)


def key_id(key: bytes) -> bytes:
    """A short public name for a key, which stands in front of what it sealed."""
    return hashlib.sha256(b"coalition-bot key id" + key).digest()[:KEY_ID_BYTES]


def new_key() -> str:
    """A fresh random key as it is written into `.env`."""
    return base64.urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()


def read_keys(text: str) -> list[bytes]:
    """Keys from their written form, separated by commas. Raises ValueError where one is malformed."""
    return [base64.urlsafe_b64decode(part.strip()) for part in text.split(",") if part.strip()]


def _associated(binding: tuple[object, ...]) -> bytes:
    parts = [str(part).encode() for part in binding]
    return b"".join(len(part).to_bytes(4) + part for part in parts)
