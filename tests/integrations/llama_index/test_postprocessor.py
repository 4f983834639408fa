"""`HeadroomNodePostprocessor` and `restore_nodes`: what stays of nodes, what is told of it, what is not touched."""

from __future__ import annotations

import json
import logging
import pickle
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.postprocessor import MetadataReplacementPostProcessor, SimilarityPostprocessor
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.schema import BaseNode, MetadataMode, NodeWithScore, QueryBundle, TextNode

from headroom import (
    BM25Scorer,
    CompressionError,
    ConfigurationError,
    HeadroomConfig,
    RequestMetrics,
    embedding_available,
)
from headroom.storage import flush_recorders, open_metrics_store
from headroom_integrations import HeadroomNodePostprocessor, restore_nodes
from headroom_integrations.llama_index.nodes import GONE, KEY
from tests.integrations.llama_index.retrieved_nodes import (
    ANSWER,
    CODE,
    QUESTION,
    ROWS,
    by_id,
    every_kind,
    page,
    prose_node,
    prose_nodes,
    size,
    text,
)

BUDGET = 45


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'metrics.db'}"


def rows(store_url: str) -> list[RequestMetrics]:
    flush_recorders()
    return list(open_metrics_store(store_url).read(limit=None))


def process(nodes: list[NodeWithScore], query: str | None = QUESTION, **settings: Any) -> list[NodeWithScore]:
    return HeadroomNodePostprocessor(**settings).postprocess_nodes(nodes, query_str=query)


class BrokenScorer:
    """Never works."""

    def score_items(self, items: list[str], query: str) -> list[float]:
        raise OSError(query)


# Without a limit


@pytest.mark.parametrize("query", [QUESTION, None])
def test_without_a_limit_nothing_is_left_out_and_every_node_stays_in_its_place(query: str | None) -> None:
    nodes = every_kind()

    after = process(nodes, query)

    changed = [old.node.node_id for new, old in zip(after, nodes, strict=True) if new is not old]
    assert changed == ["rows"]
    report = by_id(after)["rows"].node.metadata[KEY]
    assert report["change"] == "value_exact"
    assert report["tokens_after"] < report["tokens_before"] / 3
    assert [text(found) for found in restore_nodes(after)] == [text(found) for found in nodes]


def test_nodes_in_any_number_pass() -> None:
    assert process([]) == []
    assert HeadroomNodePostprocessor().postprocess_nodes([]) == []


# Within a budget


@pytest.mark.parametrize("budget", [1, 12, 40, 90, 200, 500, 900])
@pytest.mark.parametrize("query", [QUESTION, None, " ", "Kangaroo?"])
def test_the_budget_is_never_exceeded_whatever_the_nodes_are(budget: int, query: str | None) -> None:
    after = process(every_kind(), query, token_budget=budget)

    counted = [found for found in after if found.node.node_id != "image"]
    assert size(counted) <= budget
    assert [found.node.node_id for found in after if found.node.node_id in ("image", "empty")] == ["image", "empty"]


@pytest.mark.parametrize("ratio", [0.1, 0.25, 0.5])
def test_a_ratio_is_a_budget(ratio: float) -> None:
    nodes = prose_nodes()

    assert size(process(nodes, ratio=ratio)) <= ratio * size(nodes)
    assert ANSWER in text(by_id(process(nodes, ratio=ratio))["id-lighthouse"])


def test_what_answers_stays_with_joins_marked_in_the_retrievers_order() -> None:
    nodes = prose_nodes()

    after = process(nodes, token_budget=BUDGET)

    kept = by_id(after)["id-lighthouse"]
    assert ANSWER in text(kept)
    for found in after:
        original = page(found.node.metadata["title"])
        assert all(part.strip() in original for part in text(found).split("[...]"))
    order = [found.node.node_id for found in nodes]
    places = [order.index(found.node.node_id) for found in after]
    assert places == sorted(places)
    assert len(after) < len(nodes)


def test_everything_else_of_a_node_stays() -> None:
    (before,) = [found for found in prose_nodes() if found.node.node_id == "id-lighthouse"]

    after = by_id(process(prose_nodes(), token_budget=BUDGET))["id-lighthouse"]

    assert after.score == before.score
    changed = {"text", "metadata", "excluded_llm_metadata_keys", "excluded_embed_metadata_keys"}
    assert after.node.model_dump(exclude=changed) == before.node.model_dump(exclude=changed)
    assert {key: value for key, value in after.node.metadata.items() if key != KEY} == before.node.metadata
    assert after.node.excluded_llm_metadata_keys == ["file_name", KEY]
    assert (after.node.ref_doc_id, after.node.embedding) == ("doc-lighthouse", [0.1, 0.2])


def test_nodes_are_never_changed_themselves() -> None:
    nodes = every_kind() + prose_nodes()
    before = [found.model_dump_json() for found in nodes]

    after = process(nodes, token_budget=BUDGET)

    assert [found.model_dump_json() for found in nodes] == before
    assert size(after) < size(nodes)


def test_a_table_is_cut_by_rows_and_code_stays_or_goes_whole() -> None:
    nodes = [NodeWithScore(node=TextNode(text=ROWS, id_="rows")), NodeWithScore(node=TextNode(text=CODE, id_="code"))]

    cut = by_id(process(nodes, "Is Town 41 open?", token_budget=220))
    code = by_id(process(nodes, "What does step_7 do with its path and the total of os.stat?", token_budget=600))

    assert "Town 41" in text(cut["rows"])
    assert text(cut["rows"]).count("Town") < 60
    assert cut["rows"].node.metadata[KEY]["change"] == "left_out"
    assert text(code["code"]) == CODE


def test_a_sentence_of_chunks_that_overlap_is_shown_once() -> None:
    first, second = (f"{ANSWER} {name} is near the sea and has many visitors in spring." for name in ("It", "Arholm"))
    nodes = [NodeWithScore(node=TextNode(text=said)) for said in (first, second, page("mill"))]

    shown = " ".join(map(text, process(nodes, token_budget=60)))

    assert shown.count(ANSWER) == 1


def test_a_question_finds_other_forms_accents_and_compounds() -> None:
    said = {
        "pokemon": "In the Pokémon card game there are eleven kinds. ",
        "superbowl": "The Super Bowl was held in Minneapolis. ",
        "taxonomic": "Taxonomy began with Linnaeus in Uppsala. ",
    }
    nodes = [NodeWithScore(node=TextNode(text=one + page("mill"))) for one in said.values()]

    for word, sentence in said.items():
        assert sentence.strip() in " ".join(map(text, process(nodes, f"Tell me of {word} things", token_budget=40)))


@pytest.mark.parametrize(
    ("answer", "filler", "question"),
    [
        (
            "東京タワーは1958年に建てられた。",
            "港には多くの船が来る。店では絵の具を売る。",
            "東京タワーはいつ建てられたか",
        ),
        ("Маяк Архольма построили в 1807 году. ", "Лодки стоят у берега весь день. ", "В каком году построен маяк?"),
        ("بنيت المنارة في عام 1807. ", "تأتي القوارب كل يوم إلى هنا. ", "متى بنيت المنارة؟"),
        ("लाइटहाउस 1807 में बना था। ", "नावें दिन भर आती हैं। ", "लाइटहाउस कब बना था?"),
    ],
)
def test_every_script_is_read(answer: str, filler: str, question: str) -> None:
    nodes = [NodeWithScore(node=TextNode(text=filler * 30 + answer + filler * 30))]

    after = process(nodes, question, token_budget=60)

    assert answer.strip() in text(after[0])


@pytest.mark.parametrize("query", [None, "", "Känguru?"])
def test_without_anything_to_go_by_the_best_scored_nodes_stay(query: str | None) -> None:
    nodes = prose_nodes()  # the worst first

    after = process(nodes, query, token_budget=2 * size(nodes) // len(nodes) + 30)

    assert [found.node.node_id for found in after] == ["id-market", "id-harbour", "id-lighthouse"]
    assert text(after[1]) == page("harbour")
    assert text(after[2]) == page("lighthouse")
    assert page("market").startswith(text(after[0]))


def test_the_retrievers_scores_decide_between_like_sentences() -> None:
    nodes = [
        NodeWithScore(node=TextNode(text=f"The mill was built by {name}. {page('quarry')}", id_=name), score=score)
        for name, score in (("Ada", 0.1), ("Bo", 0.9))
    ]

    after = process(nodes, "Who built the mill?", token_budget=12)

    assert [text(found) for found in after] == ["The mill was built by Bo."]


def test_limits_on_nodes_are_by_relevance() -> None:
    nodes = prose_nodes()

    few = process(nodes, max_nodes=2)
    relevant = process([*nodes, NodeWithScore(node=TextNode(text="Bread.", id_="bread"))], min_relevance=0.01)
    best = process(nodes, None, max_nodes=2)

    assert "id-lighthouse" in by_id(few)
    assert len(few) == 2
    assert "id-lighthouse" in by_id(relevant)
    assert "bread" not in by_id(relevant)
    assert [found.node.node_id for found in best] == ["id-harbour", "id-lighthouse"]


def test_diverse_nodes_repeat_little_of_each_other() -> None:
    twins = [NodeWithScore(node=TextNode(text=page("lighthouse"), id_=name)) for name in ("one", "two")]
    nodes = [*twins, NodeWithScore(node=TextNode(text="A lighthouse was built on Skagen.", id_="other"))]

    assert sorted(by_id(process(nodes, max_nodes=2, prefer_diverse=True))) == ["one", "other"]


# What is told


def test_the_report_is_plain_and_hidden_from_llm_and_embeddings() -> None:
    after = by_id(process(prose_nodes(), token_budget=BUDGET))["id-lighthouse"].node

    report = after.metadata[KEY]
    assert report["change"] == "left_out"
    assert report["tokens_after"] < report["tokens_before"]
    assert "sentences stay" in report["hint"]
    assert all(isinstance(value, (str, int)) for value in report.values())
    for mode in (MetadataMode.LLM, MetadataMode.EMBED):
        assert KEY not in after.get_content(mode)
        assert page("lighthouse") not in after.get_content(mode)


def test_metadata_of_that_name_that_is_not_ours_stays() -> None:
    node = prose_node(0, "lighthouse")
    node.metadata[KEY] = "mine"

    after = process([NodeWithScore(node=node)], token_budget=30)

    assert after[0].node.metadata[KEY] == "mine"
    assert ANSWER in text(after[0])
    assert text(after[0]) != page("lighthouse")
    assert restore_nodes(after) == after


def test_originals_come_back_after_json_pickling_and_a_second_pass() -> None:
    first = process(prose_nodes(), token_budget=BUDGET)
    second = process(first, token_budget=BUDGET // 2)

    for nodes in (first, second):
        over_json = [
            NodeWithScore(node=type(found.node).from_dict(json.loads(json.dumps(found.node.to_dict()))))
            for found in nodes
        ]
        for again in (nodes, over_json, pickle.loads(pickle.dumps(nodes))):
            for found in restore_nodes(again):
                assert text(found) == page(found.node.metadata["title"])
                assert KEY not in found.node.metadata
                assert found.node.excluded_llm_metadata_keys == ["file_name"]


def test_bare_nodes_are_restored_too_and_others_are_the_same_objects() -> None:
    after = process(prose_nodes(), token_budget=BUDGET)
    untouched = prose_node(0, "lighthouse")

    shown: list[BaseNode] = restore_nodes([after[0].node, untouched])

    assert shown[0].get_content() == page(after[0].node.metadata["title"])
    assert shown[1] is untouched


def test_an_original_that_is_gone_is_told(caplog: pytest.LogCaptureFixture) -> None:
    after = process(prose_nodes(), token_budget=BUDGET, keep_originals=False)

    shown = restore_nodes(after)

    assert [text(found) for found in shown] == [text(found) for found in after]
    assert {found.node.metadata[KEY]["restored"] for found in shown} == {GONE}
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert all("restored" not in found.node.metadata[KEY] for found in after)


def test_each_question_is_one_row_of_the_ledger_without_content(store_url: str) -> None:
    made = HeadroomNodePostprocessor(BUDGET, store_url=store_url)
    nodes = prose_nodes()

    after = made.postprocess_nodes(nodes, query_str=QUESTION)

    (row,) = rows(store_url)
    assert (row.integration, row.mode, row.error) == ("llama_index.postprocessor", "optimize", None)
    assert (row.tokens_input_before, row.tokens_input_after) == (size(nodes), size(after))
    assert "Arholm" not in repr(row)


def test_dropped_nodes_count_as_left_out(store_url: str) -> None:
    nodes = prose_nodes()

    after = process(nodes, max_nodes=3, token_budget=BUDGET, store_url=store_url)

    (row,) = rows(store_url)
    assert (row.tokens_input_before, row.tokens_input_after) == (size(nodes), size(after))


def test_audit_measures_and_changes_nothing(store_url: str) -> None:
    nodes = every_kind()

    after = process(nodes, token_budget=BUDGET, mode="audit", store_url=store_url)

    assert all(new is old for new, old in zip(after, nodes, strict=True))
    (row,) = rows(store_url)
    assert (row.mode, row.tokens_input_before) == ("audit", size(nodes) - 3)


def test_simulate_tells_and_records_nothing(store_url: str) -> None:
    made = HeadroomNodePostprocessor(BUDGET, store_url=store_url)

    result = made.simulate(prose_nodes(), QUESTION)

    assert result.tokens_after <= BUDGET < result.tokens_before
    assert rows(store_url) == []


# Faults and settings


@pytest.mark.parametrize("settings", [{"scorer": BrokenScorer(), "token_budget": BUDGET}])
def test_a_fault_gives_the_nodes_as_they_came_one_warning_and_one_row(
    settings: dict[str, Any], store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    nodes = prose_nodes()

    after = process(nodes, store_url=store_url, **settings)

    assert after is nodes
    assert [(record.levelname, "OSError" in record.message) for record in caplog.records] == [("WARNING", True)]
    assert "lighthouse" not in caplog.text
    (row,) = rows(store_url)
    assert row.error == "OSError"


def test_strict_tells_the_caller_of_a_fault() -> None:
    with pytest.raises(CompressionError) as caught:
        process(prose_nodes(), token_budget=BUDGET, scorer=BrokenScorer(), strict=True)

    assert "lighthouse" not in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"token_budget": 0}, "token_budget"),
        ({"ratio": 1.5}, "ratio"),
        ({"ratio": 0.5, "token_budget": 100}, "not both"),
        ({"token_budgets": 100}, "did you mean 'token_budget'"),
        ({"scorer": "bm52"}, "scorer must be one of .*did you mean 'bm25'"),
        ({"scorer": 7}, "scorer must have score_items"),
        ({"mode": "of"}, "mode"),
        ({"min_relevance": 2}, "min_relevance"),
        ({"format": "99"}, "format"),
    ],
)
def test_bad_settings_are_refused_at_once(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        HeadroomNodePostprocessor(**settings)


@pytest.mark.skipif(embedding_available(), reason="sentence-transformers is installed")
def test_a_scorer_that_needs_a_model_is_refused_where_there_is_none() -> None:
    with pytest.raises(ConfigurationError, match=r"headroom-integrations\[relevance\]"):
        HeadroomNodePostprocessor(BUDGET, scorer="embedding")


@pytest.mark.parametrize("scorer", ["hybrid", BM25Scorer()])
def test_other_scorers_choose_too(scorer: Any) -> None:
    after = process(prose_nodes(), token_budget=BUDGET, scorer=scorer)

    assert ANSWER in text(by_id(after)["id-lighthouse"])
    assert size(after) <= BUDGET


def test_it_can_be_written_down_and_read_again_without_secrets() -> None:
    config = HeadroomConfig(min_tokens=50, secret="hush-config", store_url="postgresql://me:hush-url@127.0.0.1/db")
    made = HeadroomNodePostprocessor(
        90, min_relevance=0.1, config=config, secret="hush-field", store_url="sqlite:///:memory:", exact_only=True
    )

    written = json.dumps(made.to_dict())
    again = HeadroomNodePostprocessor.from_dict(json.loads(written))

    assert "hush" not in written + repr(made)
    assert (again.token_budget, again.min_relevance, again.engine.config.exact_only) == (90, 0.1, True)
    assert again.config is not None
    assert again.config.min_tokens == 50
    assert made.to_dict()["class_name"] == HeadroomNodePostprocessor.class_name() == "HeadroomNodePostprocessor"


def test_copies_and_pickles_work_like_the_original() -> None:
    made = HeadroomNodePostprocessor(BUDGET)
    expected = [text(found) for found in made.postprocess_nodes(prose_nodes(), query_str=QUESTION)]

    for other in (pickle.loads(pickle.dumps(made)), made.model_copy(), made.model_copy(deep=True)):
        assert isinstance(other, BaseNodePostprocessor)
        assert [text(found) for found in other.postprocess_nodes(prose_nodes(), query_str=QUESTION)] == expected


async def test_async_gives_the_same() -> None:
    made = HeadroomNodePostprocessor(BUDGET)

    after = await made.apostprocess_nodes(prose_nodes(), query_bundle=QueryBundle(QUESTION))

    assert after == made.postprocess_nodes(prose_nodes(), query_str=QUESTION)


def test_it_goes_behind_other_postprocessors() -> None:
    nodes = prose_nodes()
    for found in nodes:
        found.node.metadata["window"] = f"{text(found)}{ANSWER}"
    for step in (SimilarityPostprocessor(similarity_cutoff=0.75), MetadataReplacementPostProcessor("window")):
        nodes = step.postprocess_nodes(nodes, query_str=QUESTION)

    after = process(nodes, token_budget=30)

    assert ANSWER in " ".join(map(text, after))
    assert all(text(found) == found.node.metadata["window"] for found in restore_nodes(after))


def test_prose_that_stays_for_want_of_a_budget_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "headroom")
    from headroom_integrations._shared import said

    said.discard("nothing saved in nodes")
    made = HeadroomNodePostprocessor()
    for _ in range(2):
        made.postprocess_nodes(prose_nodes() * 2, query_str=QUESTION)

    assert [record.message for record in caplog.records if "token_budget=..." in record.message] == [
        "no budget: pass token_budget=... or ratio=..., and the sentences that answer the question stay"
    ]


@pytest.mark.parametrize("given", [None, "one", 5, [5], [TextNode(text="one"), "two"]])
def test_only_lists_of_nodes_are_restored(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="restore_nodes takes a list of nodes"):
        restore_nodes(given)


def test_of_no_nodes_none_are_restored() -> None:
    assert restore_nodes([]) == []
