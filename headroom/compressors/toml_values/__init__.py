"""TOML as values that table text can say, comments included."""

from headroom.compressors.toml_values.places import Places
from headroom.compressors.toml_values.read import read_toml
from headroom.compressors.toml_values.scalars import TomlError

__all__ = ["Places", "TomlError", "read_toml"]
