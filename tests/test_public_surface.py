"""The public names: what is listed is there, comes from where the table says, and keeps its signature."""

from __future__ import annotations

import ast
import copy
import inspect
import pickle
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import headroom
import headroom_core
import headroom_integrations
from tests.samples import ask

ROOT = Path(__file__).resolve().parents[1]
EVERY_NAME = [name for name in headroom.__all__ if name != "__version__"]

# Parameters of the public functions; `*` divides what may be given by position from what needs its name.
SIGNATURES = {
    "acompress": "messages, model, **arguments",
    "aretrieve": "handle, query, **arguments",
    "asimulate": "messages, model, **arguments",
    "choose_provider": "client_or_name",
    "compress": "messages, model, *, config, optimize, **settings",
    "count_tokens_messages": "messages, model",
    "count_tokens_text": "text, model",
    "create_scorer": "scorer_type, *, tier, **settings",
    "embedding_available": "",
    "generate_report": "store_url, format, period, *, start_time, end_time, output_path, samples",
    "loads": "text",
    "metrics": "store_url, *, start_time, end_time, model, mode, limit",
    "retrieve": ("handle, query, *, messages, store, rows, where, search, at, page, page_tokens, namespace, config"),
    "simulate": "messages, model, *, config, **settings",
    "strip_markers": "text, *, secret",
    "warm": "model",
}


def parameters(function: object) -> str:
    """Names of parameters in order."""
    found = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in found:
            found.append("*")
        found.append(f"**{parameter.name}" if parameter.kind is parameter.VAR_KEYWORD else parameter.name)
    return ", ".join(found)


def test_all_is_sorted_and_names_everything_once() -> None:
    assert list(headroom.__all__) == sorted(set(headroom.__all__))
    assert set(EVERY_NAME) == set(headroom.NAMES)


@pytest.mark.parametrize("name", EVERY_NAME)
def test_every_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(headroom, name)

    here = getattr(import_module(headroom.NAMES[name]), name)
    assert value is here or value.scope is here  # `headroom.scope` is the module, too, and can be called all the same
    assert inspect.getdoc(value)
    assert name in dir(headroom)
    assert getattr(headroom_core, name) is value


def test_type_checkers_see_the_same_names_as_programs() -> None:
    tree = ast.parse((ROOT / "headroom" / "__init__.py").read_text(encoding="utf-8"))
    [block] = [node for node in tree.body if isinstance(node, ast.If)]
    seen = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}

    assert seen == headroom.NAMES


@pytest.mark.parametrize("name", [n for n in EVERY_NAME if inspect.isfunction(getattr(headroom, n))])
def test_signatures_stay(name: str) -> None:
    assert parameters(getattr(headroom, name)) == SIGNATURES.get(name), "say in the changelog what changed for users"


def test_no_signature_is_listed_for_a_function_that_is_gone() -> None:
    assert set(SIGNATURES) <= set(EVERY_NAME)


@pytest.mark.parametrize("package", [headroom, headroom_integrations, headroom_core])
def test_an_unknown_name_is_an_attribute_error_with_the_name(package: object) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = package.no_such_name  # type: ignore[attr-defined]


def test_a_star_import_brings_the_public_names() -> None:
    found: dict[str, object] = {}
    exec("from headroom import *", found)

    assert set(headroom.__all__) <= set(found)


def test_the_packages_are_marked_as_typed() -> None:
    for package in ("headroom", "headroom_integrations", "headroom_core"):
        assert (ROOT / package / "py.typed").is_file()


def test_adapters_list_what_they_offer() -> None:
    assert list(headroom_integrations.__all__) == sorted(headroom_integrations.NAMES)


@pytest.mark.parametrize("remake", [copy.copy, copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))])
def test_results_can_be_copied_and_sent_to_other_processes(remake: object) -> None:
    result = headroom.compress(ask('[{"a":1},{"a":2}]'))

    assert remake(result) == result  # type: ignore[operator]


@pytest.mark.parametrize("name", [n for n in EVERY_NAME if n.endswith("Error")])
def test_errors_survive_pickling_with_their_details(name: str) -> None:
    error = getattr(headroom, name)("what was found")
    error.details["field"] = "min_tokens"

    again = pickle.loads(pickle.dumps(error))

    assert (type(again), again.message, again.details) == (type(error), error.message, error.details)


def test_all_errors_are_headroom_errors() -> None:
    for name in EVERY_NAME:
        if name.endswith("Error"):
            assert issubclass(getattr(headroom, name), headroom.HeadroomError)


def test_the_version_is_that_of_the_distribution() -> None:
    code = "import headroom; print(headroom.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)

    assert done.stdout.strip() == headroom.__version__
    assert headroom.__version__.count(".") == 2
