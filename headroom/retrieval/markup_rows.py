"""Rows of XML, YAML and TOML: the elements or entries that a marker counts, each exactly as it stands in the text."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from headroom.compressors.json_lists import steps_of
from headroom.compressors.toml_values import Places as TomlPlaces
from headroom.compressors.toml_values import TomlError, read_toml
from headroom.compressors.xml_tree import XmlError, read_xml
from headroom.compressors.xml_tree.places import elements_at, spans_of
from headroom.compressors.xml_tree.values import Form, value_of
from headroom.compressors.yaml_values import Places, YamlError, read_yaml
from headroom.detection import detect

Spans = list[tuple[int, int]]


def markup_rows(text: str, path: str) -> tuple[Spans, list[Any]] | None:
    """(start, end) of each row of the list at `path`, and their values; None where lines are meant.

    Without a path, rows are the items of YAML that is a list, or its documents; of XML and TOML, and of YAML that is a
    map, they are lines.

    Raises:
        KeyError: It is XML, YAML or TOML, and there is no list at `path`.
    """
    kind = detect(text).kind.value
    if kind == "xml" and path:
        return xml_rows(text, steps_of(path))
    if kind == "toml" and path:
        return toml_rows(text, steps_of(path))
    return yaml_rows(text, steps_of(path) if path else None) if kind == "yaml" else None


def xml_rows(text: str, steps: list[str]) -> tuple[Spans, list[Any]] | None:
    """The elements at the end of `steps`."""
    try:
        document = read_xml(text, with_places=True)
    except XmlError:
        return None
    found = elements_at(document, steps)
    form = Form(document)
    return spans_of(text, found), [value_of(run[0], form) for run in found]


def yaml_rows(text: str, steps: list[str] | None) -> tuple[Spans, list[Any]] | None:
    """The items or entries at the end of `steps`, as whole lines."""
    places = Places()
    try:
        documents = read_yaml(text, places)
    except YamlError:
        return None
    value: Any = documents
    places.items[id(documents)] = places.documents
    if len(documents) == 1:
        value = documents[0]
    if steps is None and type(value) is dict:
        return None
    for step in steps or ():
        value = member(value, step)
    if type(value) is list and id(value) in places.items:
        rows, values = places.items[id(value)], value
    elif type(value) is dict and id(value) in places.entries:
        rows, values = [*places.entries[id(value)].values()], [value[key] for key in places.entries[id(value)]]
    else:
        raise KeyError("no list of lines")
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    return [(starts[first], max(starts[first], starts[last] - 1)) for first, last in rows], values


def toml_rows(text: str, steps: list[str]) -> tuple[Spans, list[Any]] | None:
    """The items or entries at the end of `steps`: of `[[...]]` with all of their lines, of an array as they stand."""
    places = TomlPlaces()
    try:
        value: Any = read_toml(text, places)
    except TomlError:
        return None
    for step in steps:
        value = member(value, step)
    if type(value) is list and id(value) in places.items:
        return places.items[id(value)], value
    if type(value) is dict and id(value) in places.entries:
        rows = places.entries[id(value)]
        return [*rows.values()], [value[key] for key in rows]
    raise KeyError("no list of lines")


def member(value: Any, step: str) -> Any:
    """What a key or an index leads to.

    Raises:
        KeyError: Nothing.
    """
    if type(value) is dict:
        return value[step]
    if type(value) is list and step.isascii() and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    raise KeyError(step)
