"""`ContentRouter` as users make it, and the names of `headroom.transforms` that the API reference imports."""

from __future__ import annotations

import json
from typing import Any

import pytest

import headroom.config
import headroom.transforms
from headroom.config import ContentRouterConfig, HeadroomConfig
from headroom.errors import ConfigurationError, ValidationError
from headroom.markers import find_markers
from headroom.protocols import Request, Transform
from headroom.transforms import (
    ContentRouter,
    ContentType,
    detect_content_type,
    is_tree_sitter_available,
    unload_tree_sitter,
)
from tests.samples import ask

ROWS = json.dumps([{"id": n, "status": "ok", "message": f"Order {n * 7919} shipped"} for n in range(400)])
LOG = "\n".join(f"2025-04-06 10:00:{n % 60:02d} INFO worker {n % 7} polled queue" for n in range(200))
GREP = "\n".join(f"src/part/module_{n // 9}.py:{n}:    value = compute({n})" for n in range(150))
PAGE = "<html><body>" + "".join(f"<p>Paragraph {n} of the page.</p>" for n in range(200)) + "</body></html>"
CODE = "import os\n\n" + "\n\n".join(
    f"def work_{n}(value):\n" + "\n".join(f"    step_{k} = value + {k}" for k in range(20)) for n in range(12)
)
ALWAYS = Request(selection="always")


def test_it_needs_no_arguments_and_writes_exact_forms_alone() -> None:
    router = ContentRouter()

    done = router.apply(ask(ROWS))

    assert isinstance(router, Transform)
    assert done.transforms_applied == ["router:1"]
    assert find_markers(done.messages[2]["content"]) == []
    assert router.apply(ask(ROWS), selection="always").notes[0].change == "left_out"


def test_one_text_is_compressed_as_a_tools_answer() -> None:
    exact, chosen = ContentRouter().compress(ROWS), ContentRouter().compress(ROWS, "id 77", request=ALWAYS)

    assert (exact.kind, exact.change, exact.original) == ("json_array", "value_exact", ROWS)
    assert chosen.change == "left_out"
    assert [marker.handle for marker in find_markers(chosen.compressed)] == [chosen.handle]
    assert ContentRouter().compress("short").compressed == "short"
    with pytest.raises(ValidationError):
        ContentRouter().compress(None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("switch", "text"),
    [
        ("enable_smart_crusher", ROWS),
        ("enable_log_compressor", LOG),
        ("enable_search_compressor", GREP),
        ("enable_html_extractor", PAGE),
    ],
)
def test_a_type_that_is_switched_off_goes_out_as_it_came(switch: str, text: str) -> None:
    off = ContentRouterConfig(**{switch: False})

    assert ContentRouter().compress(text, request=ALWAYS).change is not None
    assert ContentRouter(off).compress(text, request=ALWAYS).compressed == text


def test_code_becomes_an_outline_only_where_that_was_switched_on_and_leaving_out_is_allowed() -> None:
    aware = ContentRouter(ContentRouterConfig(enable_code_aware=True))

    assert aware.compress(CODE, request=ALWAYS).strategy == "outline"
    assert aware.compress(CODE).change is None
    assert ContentRouter().compress(CODE, request=ALWAYS).change is None


def test_tools_can_be_left_out_and_user_messages_taken_in() -> None:
    router = ContentRouter(ContentRouterConfig(exclude_tools={"search_*"}, skip_user_messages=False))
    user = [{"role": "user", "content": ROWS}]

    assert router.apply(ask(ROWS)).notes[-1].reason == "tool_profile"
    assert router.apply(ask(ROWS, tool="other")).notes[-1].change == "value_exact"
    assert router.apply(user).messages != user
    assert ContentRouter().apply(user).messages == user


def test_settings_of_an_engine_are_taken_as_well_and_anything_else_is_refused() -> None:
    assert ContentRouter(HeadroomConfig(content_router_enabled=False)).compress(ROWS).compressed == ROWS
    with pytest.raises(ConfigurationError):
        ContentRouter({"enable_html_extractor": False})  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        ContentRouterConfig(exclude_tools={""})


def test_content_types_are_told_under_their_documented_names() -> None:
    found = detect_content_type(GREP)

    assert found.content_type is ContentType.SEARCH_RESULTS
    assert 0 < found.confidence <= 1
    assert "reason" in found.metadata


def test_grammars_can_be_let_go_and_are_loaded_again() -> None:
    assert is_tree_sitter_available() is True
    headroom.transforms.CodeAwareCompressor().compress(CODE, "python")

    assert unload_tree_sitter() is True
    assert unload_tree_sitter() is False
    assert headroom.transforms.CodeAwareCompressor().compress(CODE, "python").strategy == "outline"


DOCUMENTED = (
    "SmartCrusher SmartCrusherConfig CacheAlignerConfig RollingWindowConfig SearchCompressor SearchCompressorConfig "
    "LogCompressor DiffCompressor TextCompressor CodeAwareCompressor CodeCompressorConfig DocstringMode ContentRouter "
    "ContentRouterConfig detect_content_type ContentType is_tree_sitter_available unload_tree_sitter MessageScorer "
    "MessageScore IntelligentContextManager"
)


@pytest.mark.parametrize("name", DOCUMENTED.split())
def test_documented_names_are_there(name: str) -> None:
    value: Any = getattr(headroom.transforms, name)

    assert name in headroom.transforms.__all__
    assert value.__doc__
    assert not name.endswith("Config") or getattr(headroom.config, name) is value
