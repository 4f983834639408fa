"""Settings without effect: the list, and that nobody sets one without being told."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from headroom import config as config_module
from headroom import environment
from headroom.config import ACCEPTED_ONLY, CacheAlignerConfig, HeadroomConfig, SmartCrusherConfig
from headroom.errors import HeadroomWarning


@pytest.fixture(autouse=True)
def _nothing_said_yet() -> Iterator[None]:
    said = set(environment.SAID)
    environment.SAID.clear()
    yield
    environment.SAID.clear()
    environment.SAID.update(said)


def test_the_list_is_the_one_that_was_decided() -> None:
    assert sorted(ACCEPTED_ONLY) == [
        "AnchorConfig.*",
        "CCRConfig.inject_retrieval_marker",
        "CCRConfig.inject_system_instructions",
        "CCRConfig.marker_template",
        "CCRConfig.min_items_to_cache",
        "CacheAlignerConfig.detection_tiers",
        "CodeCompressorConfig.fallback_to_llmlingua",
        "CompressionProfile.*",
        "ContentRouterConfig.enable_image",
        "ContentRouterConfig.enable_kompress",
        "ContentRouterConfig.min_ratio",
        "ContentRouterConfig.min_section_tokens",
        "ContentRouterConfig.mixed_content_threshold",
        "ContentRouterConfig.protect_analysis_context",
        "ContentRouterConfig.protect_recent_code",
        "HeadroomConfig.generate_diff_artifact",
        "HeadroomConfig.max_text_bytes",
        "IntelligentContextConfig.toin_confidence_threshold",
        "LogCompressorConfig.max_stack_trace_lines",
        "PrefixFreezeConfig.*",
        "ReadLifecycleConfig.*",
        "SmartCrusherConfig.factor_out_constants",
        "SmartCrusherConfig.include_summaries",
        "SmartCrusherConfig.preserve_fields",
        "SmartCrusherConfig.similarity_threshold",
        "SmartCrusherConfig.toin_confidence_threshold",
        "SmartCrusherConfig.uniqueness_threshold",
        "SmartCrusherConfig.use_feedback_hints",
    ]


def test_the_list_names_settings_that_exist() -> None:
    for entry in ACCEPTED_ONLY:
        owner, name = entry.split(".")
        fields = getattr(config_module, owner).model_fields
        assert name == "*" or name in fields


def test_setting_one_warns_once_per_process_and_says_why() -> None:
    with pytest.warns(HeadroomWarning, match="marker_template is kept and has no effect: the wording of markers"):
        config_module.CCRConfig(marker_template="x")

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        config_module.CCRConfig(marker_template="y")


def test_its_default_warns_of_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        SmartCrusherConfig(uniqueness_threshold=0.1, use_feedback_hints=True)
        CacheAlignerConfig(detection_tiers=["regex"])


def test_assigning_one_warns() -> None:
    config = HeadroomConfig()

    with pytest.warns(HeadroomWarning, match="PrefixFreezeConfig.enabled"):
        config.prefix_freeze.enabled = False

    assert config.prefix_freeze.enabled is False


def test_one_in_a_group_warns() -> None:
    with pytest.warns(HeadroomWarning, match="AnchorConfig.max_anchor_slots"):
        HeadroomConfig(smart_crusher={"anchor": {"max_anchor_slots": 3}})
