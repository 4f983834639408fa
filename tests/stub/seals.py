"""Signatures on reasoning, which only the provider can make and check."""

from __future__ import annotations

import base64
import hashlib
import hmac

KEY = b"only the provider knows this"


class Seals:
    """Signs and seals reasoning.

    Attributes:
        needs: Id of an output item of Responses to the reasoning item it must follow.
    """

    def __init__(self) -> None:
        self.needs: dict[str, str] = {}

    def signature(self, text: str) -> str:
        """The signature of a thought."""
        data = text.encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.new(KEY, data, hashlib.sha512).digest()).decode()

    def signs(self, text: str, signature: str) -> bool:
        """Whether a signature is that of a thought."""
        return hmac.compare_digest(self.signature(text).encode(), signature.encode())

    def seal(self, text: str) -> str:
        """A thought that only the provider can read."""
        data = text.encode("utf-8", "surrogatepass")
        return base64.b64encode(hmac.new(KEY, data, hashlib.sha256).digest() + data).decode()

    def opens(self, sealed: str) -> bool:
        """Whether this was sealed here and is whole."""
        try:
            data = base64.b64decode(sealed.replace("-", "+").replace("_", "/"), validate=True)  # Google sends - and _
        except ValueError:
            return False
        return hmac.compare_digest(hmac.new(KEY, data[32:], hashlib.sha256).digest(), data[:32])
