"""`Settings`: the base of all configuration classes. Nothing misspelt, nothing out of range, nothing shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast, overload

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from headroom.config.accepted import warn_if_without_effect
from headroom.config.refusals import mask_url, refusal, unknown

BUILDING = Lock()

Value = TypeVar("Value")


class Synonym(Generic[Value]):
    """Another spelling of a field: given, read and assigned like it.

    Args:
        field: Name of the field.
    """

    def __init__(self, field: str) -> None:
        self.field = field

    @overload
    def __get__(self, settings: None, model: type[Settings]) -> Synonym[Value]: ...

    @overload
    def __get__(self, settings: Settings, model: type[Settings]) -> Value: ...

    def __get__(self, settings: Settings | None, model: type[Settings]) -> Value | Synonym[Value]:
        return self if settings is None else cast(Value, getattr(settings, self.field))

    def __set__(self, settings: Settings, value: Value) -> None:
        setattr(settings, self.field, value)


class Settings(BaseModel):
    """Values a caller may give and edit; checked when they arrive.

    Attributes:
        synonyms: Each `Synonym` to its field.

    Raises:
        ConfigurationError: A name is unknown or a value is out of range, at construction as at assignment.
    """

    model_config = ConfigDict(
        extra="forbid",
        validate_assignment=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
        defer_build=True,  # importing takes 11 ms in place of 31; the first use takes the rest
        protected_namespaces=(),  # `model_context_limits` is a documented name
        ignored_types=(Synonym,),
    )
    synonyms: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        found = {name: value.field for name, value in vars(cls).items() if isinstance(value, Synonym)}
        cls.synonyms = {**cls.synonyms, **found}

    def __init__(self, /, **values: Any) -> None:
        build(type(self))
        try:
            super().__init__(**values)
        except ValidationError as error:
            refused = refusal(type(self), error)
        else:
            return
        raise refused  # out here, so that pydantic's error, which holds the input, is not attached

    # Tells pydantic that nested tables need no call of this: their findings keep their full path.
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]

    if not TYPE_CHECKING:  # a checker that sees this would allow every name

        def __setattr__(self, name: str, value: Any) -> None:
            model = type(self)
            name = model.synonyms.get(name, name)
            if name not in model.model_fields and not name.startswith("_"):
                raise unknown(model, name)
            try:
                super().__setattr__(name, value)
            except ValidationError as error:
                refused = refusal(model, error)
            else:
                self.warn_about((name,))
                return
            raise refused

    @model_validator(mode="before")
    @classmethod
    def read_synonyms(cls, values: Any) -> Any:
        """`values` with the documented name in place of each synonym."""
        if not isinstance(values, dict) or not any(name in values for name in cls.synonyms):
            return values
        renamed = dict(values)
        for synonym, name in cls.synonyms.items():
            if synonym in renamed and renamed.setdefault(name, renamed[synonym]) != renamed.pop(synonym):
                raise ValueError(f"{synonym} and {name} are one setting and were given two values")
        return renamed

    def model_post_init(self, context: Any, /) -> None:
        """Warn about values that have no effect; pydantic calls this for nested settings, too."""
        self.warn_about(self.model_fields_set)

    def warn_about(self, names: Iterable[str]) -> None:
        """One warning per process for each of `names` that has no effect and is not at its default."""
        model = type(self)
        for name in names:
            field = model.model_fields[name]
            make: Any = field.default_factory
            default = field.get_default() if make is None else make()
            warn_if_without_effect(model.__name__, name, getattr(self, name), default)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        for name, value in super().__repr_args__():
            yield name, mask_url(value) if type(value) is str else value


def build(model: type[Settings]) -> None:
    """Build the deferred validator of `model`, once: eight threads would each build it, in five times the time."""
    if not model.__pydantic_complete__:
        with BUILDING:
            if not model.__pydantic_complete__:
                model.model_rebuild()
