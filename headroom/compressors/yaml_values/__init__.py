"""YAML as values that table text can say, comments included."""

from headroom.compressors.yaml_values.read import Places, read_yaml
from headroom.compressors.yaml_values.scalars import YamlError

__all__ = ["Places", "YamlError", "read_yaml"]
