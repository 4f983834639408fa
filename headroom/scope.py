"""Tenant, user and tags of the work at hand, as one ContextVar (requirement R16).

    with headroom.scope(tenant="acme", user="u1", tags={"feature": "search"}):
        ...

It holds for the code within, sync and async; a thread or process gets it by copying the context, or by entering the
value of `current_scope()` again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from types import ModuleType

from headroom.errors import ValidationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose work this is; hashable and picklable.

    Attributes:
        tenant: Customer, or None.
        user: User within the tenant, or None.
        tag_items: Tags as (name, value) pairs, sorted.
    """

    tenant: str | None = None
    user: str | None = None
    tag_items: tuple[tuple[str, str], ...] = ()

    @property
    def tags(self) -> dict[str, str]:
        """Tags by name; a copy."""
        return dict(self.tag_items)

    @property
    def namespace(self) -> str:
        """Where handles and originals of this tenant and user live; "" when there is neither. Tags do not enter.

        Different scopes have different namespaces: a slash within a name is escaped.

        >>> Scope(tenant="acme", user="a/b").namespace
        'acme/a%2Fb'
        """
        if self.user is None:
            return escaped(self.tenant or "")
        return f"{escaped(self.tenant or '')}/{escaped(self.user)}"


NOBODY = Scope()
CURRENT: ContextVar[Scope] = ContextVar("headroom_scope", default=NOBODY)


def current_scope() -> Scope:
    """The scope that holds here; one without tenant, user or tags when none was entered."""
    return CURRENT.get()


@contextmanager
def scope(tenant: str | None = None, user: str | None = None, tags: Mapping[str, str] | None = None) -> Iterator[Scope]:
    """Work for a tenant and user.

    Within another scope, what is None is taken from it, and tags are added to its tags. Another tenant takes nothing
    from it: a user belongs to a tenant, and tags may name either.

    Raises:
        ValidationError: A name is not text, or empty.
    """
    entered = within(CURRENT.get(), tenant, user, tags)
    token = CURRENT.set(entered)
    try:
        yield entered
    finally:
        # Frameworks that run a dependency's two halves in two contexts (FastAPI's sync ones) leave in another context
        # than they entered; the variable of that one was never set, so there is nothing to put back.
        with suppress(ValueError):
            CURRENT.reset(token)


def within(outer: Scope, tenant: str | None, user: str | None, tags: Mapping[str, str] | None) -> Scope:
    """The scope that these make inside `outer`."""
    check_name("tenant", tenant)
    check_name("user", user)
    for name, value in (tags or {}).items():
        check_name("tags", name)
        check_name("tags", value)
    base = NOBODY if tenant is not None and tenant != outer.tenant else outer
    return Scope(
        tenant=tenant or base.tenant,
        user=user or base.user,
        tag_items=tuple(sorted({**base.tags, **(tags or {})}.items())),
    )


def check_name(field: str, name: object) -> None:
    """Refuse what would fall together with another scope: an empty name is the namespace of nobody."""
    if name is not None and not (isinstance(name, str) and name):
        shape = "an empty text" if name == "" else f"a {type(name).__name__}"
        raise ValidationError(f"{field} must be a text that is not empty, got {shape}", field=field, type=shape)


def escaped(name: str) -> str:
    """`name` without the characters that divide namespaces, reversibly.

    >>> escaped("a/b%")
    'a%2Fb%25'
    """
    return name.replace("%", "%25").replace("/", "%2F").replace("\0", "%00")


class CallableModule(ModuleType):
    """This module, callable.

    Importing a submodule makes it an attribute of its package, so `headroom.scope` is this module as soon as anything
    has imported it, and the documented `with headroom.scope(...)` would fail from then on.
    """

    __call__ = staticmethod(scope)


sys.modules[__name__].__class__ = CallableModule
