"""Every error this library raises, as one tree.

    HeadroomError
    ├── ConfigurationError      a setting is wrong (also a ValueError)
    ├── ValidationError         an argument has the wrong shape (also a ValueError)
    ├── ProviderError           a provider was asked for what it cannot do
    ├── StorageError            a store cannot be read or written
    ├── RetrievalError          a handle is unknown, malformed or expired (also a LookupError)
    ├── CompressionError        strict mode only: a step failed
    ├── TransformError          strict mode only: a transform failed
    ├── TokenizationError       tokens cannot be counted
    ├── CacheError              a cache cannot be used
    └── HeadroomCompressError   the compression service answered with an error
        ├── HeadroomAuthError           it refused the credentials
        └── HeadroomConnectionError     it could not be reached

Messages and details hold names, sizes and setting values, never content (law 10).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class HeadroomError(Exception):
    """Base of all errors raised here.

    Attributes:
        message: What was found, as one line.
        details: Facts by name, such as `field`, `value`, `model`, `provider`; empty when there are none.
    """

    def __init__(self, message: str = "", details: Mapping[str, Any] | None = None, **facts: Any) -> None:
        self.message = message
        self.details: dict[str, Any] = {**(details or {}), **facts}
        super().__init__(message)

    def __str__(self) -> str:
        facts = ", ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.message} ({facts})" if facts else self.message


class ConfigurationError(HeadroomError, ValueError):
    """A setting has a wrong name or value; `details` holds `field` and `value`."""


class ValidationError(HeadroomError, ValueError):
    """An argument has the wrong shape; `details` holds `field` and `type`."""


class ProviderError(HeadroomError):
    """A provider cannot do what was asked; `details` holds `provider` and `model`."""


class StorageError(HeadroomError):
    """A store cannot be read or written; `details` holds `url` without its password."""


class RetrievalError(HeadroomError, LookupError):
    """An original cannot be given back; final, asking again gives the same; `details` holds `handle`."""


class CompressionError(HeadroomError):
    """A step failed and `strict` was on; `details` holds `step`."""


class TransformError(HeadroomError):
    """A transform failed and `strict` was on; `details` holds `step`."""


class TokenizationError(HeadroomError):
    """Tokens cannot be counted; `details` holds `model`."""


class CacheError(HeadroomError):
    """A cache cannot be used."""


class HeadroomCompressError(HeadroomError):
    """The compression service answered with an error.

    Attributes:
        status_code: HTTP status, or None when there was no answer.
        error_type: The service's own name for the error, or None.
    """

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        error_type: str | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message, details)
        self.status_code = status_code
        self.error_type = error_type


class HeadroomAuthError(HeadroomCompressError):
    """The compression service refused the credentials."""


class HeadroomConnectionError(HeadroomCompressError):
    """The compression service could not be reached."""


class HeadroomWarning(UserWarning):
    """Something works, but not as the caller may expect; said once per process."""
