"""`SearchCompressor`: search results by hand, with limits on matches, matches of a file, and files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from headroom.compressors.item_choice.settings import Scores
from headroom.compressors.limits import Limits
from headroom.compressors.search_groups import form_of
from headroom.compressors.search_groups.forms import Form
from headroom.compressors.search_groups.groups import Group, groups_of
from headroom.compressors.search_groups.rank import Item, Ranking, mixed_order, rank
from headroom.compressors.search_groups.shelf import Shelf
from headroom.compressors.search_groups.show import page_of
from headroom.compressors.search_text import SearchCompressor as SearchForms
from headroom.compressors.search_text import note_of
from headroom.config.compressors import SearchCompressorConfig
from headroom.protocols import TokenCounter
from headroom.relevance import create_scorer
from headroom.results import CompressionResult
from headroom.transforms.public_compressor import ByHand, Made, Task
from headroom.transforms.public_lines import LineLimits, select_so_many
from headroom.transforms.public_result import SearchCompressionResult

MOST_NAMED = 20  # files of which nothing is shown; more are counted by folder


class SearchCompressor(ByHand[SearchCompressorConfig, SearchCompressionResult]):
    """Keeps the matches that fit the question, matches of as many files as possible, and counts the rest by file."""

    name = "search_compressor"
    config_type = SearchCompressorConfig
    result_type = SearchCompressionResult

    def made(self, task: Task) -> Made:
        """What becomes of a text that holds no marker of ours."""
        exact = SearchForms(counter=self.counter).compress(task.text)
        lines = task.text.removesuffix("\n").split("\n")
        form = form_of(lines)
        groups = groups_of(lines, form)
        if groups is None:
            return Made(self.lines(task, exact))
        matches, files = matches_of(groups), sum(group.path is not None for group in groups)
        facts = {"original_match_count": matches, "compressed_match_count": matches, "files_affected": files}
        if exact.reason == "already_compressed" or not self.is_beyond(groups):
            return Made(exact, facts)
        shelf = self.filled(groups, rank(groups, task.question, self.scores()))
        result = shown(shelf, form, len(lines), exact, self.limits(task), self.counter)
        if result.change == "left_out":
            facts["compressed_match_count"] = sum(weight_of(shelf.ranking.items[item]) for item in shelf.items)
        return Made(result, facts)

    def lines(self, task: Task, exact: CompressionResult) -> CompressionResult:
        """So many lines, of what names no files."""
        if exact.reason == "already_compressed":
            return exact
        made, _ = select_so_many(
            task.text,
            exact,
            self.limits(task),
            LineLimits(most_lines=self.config.max_results),
            counter=self.counter,
            question=task.question,
            kind=exact.kind,
            severity=note_of,
        )
        return made

    def is_beyond(self, groups: Sequence[Group]) -> bool:
        """Whether there is more than the limits allow."""
        config = self.config
        named = [group for group in groups if group.path is not None]
        return (
            matches_of(groups) > config.max_results
            or (config.max_files is not None and len(named) > config.max_files)
            or (
                config.max_matches_per_file is not None
                and any(group.weight > config.max_matches_per_file for group in named if group.units)
            )
        )

    def scores(self) -> Scores | None:
        """How well matches fit the question; None for the library's own, without a threshold."""
        if "relevance_threshold" not in self.config.model_fields_set:
            return None
        scorer, least = create_scorer("bm25"), self.config.relevance_threshold
        return lambda texts, question: [
            score if score >= least else 0.0 for score in scorer.score_items(texts, question)
        ]

    def filled(self, groups: Sequence[Group], ranking: Ranking) -> Shelf:
        """What stays: what is protected, then the best within the limits, and the names of some other files."""
        shelf = Shelf(groups, ranking, scale=1.0)
        for _, items in ranking.protected:
            shelf.take(items[0])
        order = mixed_order(ranking) if self.config.preserve_file_diversity else ranking.asked
        rest = [item for _, items in ranking.protected for item in items]
        Room(self.config, shelf).take([*rest, *order, *ranking.rest])
        most = sorted(range(len(groups)), key=lambda g: (-groups[g].weight, g))
        named = [g for g in most if groups[g].path is not None and g not in shelf.opened and groups[g].units]
        for g in named[:MOST_NAMED]:
            shelf.name(g)
        return shelf


@dataclass(slots=True)
class Room:
    """How many more matches may be shown.

    Attributes:
        config: The limits.
        shelf: What is shown.
    """

    config: SearchCompressorConfig
    shelf: Shelf = field(repr=False)

    def take(self, items: Iterable[int]) -> None:
        """Take what the limits allow, in order."""
        ranking = self.shelf.ranking
        by_group: Counter[int] = Counter()
        for item in self.shelf.items:
            by_group[ranking.items[item].group] += weight_of(ranking.items[item])
        total = sum(by_group.values())
        for item in items:
            one = ranking.items[item]
            weight = weight_of(one)
            if item in self.shelf.items or total + weight > self.config.max_results:
                continue
            if self.allows(by_group, one.group, weight):
                self.shelf.take(item)
                by_group[one.group] += weight
                total += weight

    def allows(self, by_group: Counter[int], group: int, weight: int) -> bool:
        """Whether a file may be shown, and so many matches of it."""
        config = self.config
        if config.max_files is not None and group not in by_group and len(by_group) >= config.max_files:
            return False
        return config.max_matches_per_file is None or by_group[group] + weight <= max(
            config.max_matches_per_file, weight if not by_group[group] else 0
        )


def weight_of(item: Item) -> int:
    """Matches that an item stands for; a line of its own counts as one."""
    return max(1, item.unit.matches) if item.unit else 1


def matches_of(groups: Sequence[Group]) -> int:
    """Matches of all files, or paths of a list."""
    return sum(max(1, sum(unit.matches for unit in group.units)) for group in groups if group.path is not None)


def shown(
    shelf: Shelf, form: Form | None, total_lines: int, exact: CompressionResult, limits: Limits, counter: TokenCounter
) -> CompressionResult:
    """What was taken, as text; `exact` where that is not smaller."""
    grouped = [(why, items) for why, items in shelf.ranking.protected if not shelf.items.keys() >= set(items)]
    page, lines = page_of(shelf, grouped, form, total_lines, limits)
    size = counter.count_text(page)
    if lines >= total_lines or size >= exact.compressed_tokens:
        return exact
    return CompressionResult(
        compressed=page,
        original_tokens=exact.original_tokens,
        compressed_tokens=size,
        exact_tokens=exact.compressed_tokens,
        kind=exact.kind,
        change="left_out",
        strategy="search_groups+selection",
        items_total=total_lines,
        items_kept=lines,
    )
