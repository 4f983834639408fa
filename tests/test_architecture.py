"""Imports point down, and other rules of architecture.md that a program can check. Each test names the offender."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import headroom

ROOT = Path(__file__).resolve().parents[1]

# One row per layer. A unit is a file or a package of `headroom`.
# Third field: whether a unit may import those of its own layer that stand before it; else none of them.
LAYERS: tuple[tuple[str, str, bool], ...] = (
    (
        "vocabulary",
        "_version absent errors environment config_file config scope messages formats markers references results "
        "protocols",
        True,
    ),
    ("leaves", "tokenizers detection analysis relevance storage catalog feedback protect installation", False),
    ("one text, one model", "compressors providers waste reports", False),
    ("whole conversation", "transforms retrieval semantic_cache", False),
    (
        "entry points",
        "resolve frames ledger hooks facts steps excess tracing engine documents threads plans api warming remote "
        "shared_context calls completions client telemetry memory image compression headroom_init",
        True,
    ),
    ("surfaces", "cli proxy evals mcp", False),
)
PLACES = {
    unit: (layer, place) for layer, (_, units, _) in enumerate(LAYERS) for place, unit in enumerate(units.split())
}

# Algorithms with sources that stand apart within a package: what of `headroom` they may import beside themselves.
APART = {
    "headroom.compressors.table": ("headroom.compressors.table",),
    "headroom.compressors.item_choice": ("headroom.compressors.item_choice", "headroom.analysis", "headroom.relevance"),
}

# Each third-party package and the one file or folder that imports it in `headroom`.
THIRD_PARTY = {
    "aiohttp": "proxy",
    "anthropic": "providers",
    "cryptography": "protect.py",
    "genai_prices": "catalog/genai.py",
    "httpx": "remote.py",
    "jinja2": "reports/generate.py",
    "mcp": "mcp",
    "openai": "providers",
    "opentelemetry": "tracing.py",
    "pandas": "frames.py",
    "platformdirs": "storage/urls.py",
    "polars": "frames.py",
    "pyarrow": "frames.py",
    "pydantic": "config",
    "rank_bm25": "relevance/bm25.py",
    "rich": "cli",
    "selectolax": "compressors",
    "sentence_transformers": "relevance/embedding.py",
    "sqlalchemy": "storage/postgresql_connections.py",
    "starlette": "proxy",
    "tiktoken": "tokenizers/tiktoken_counter.py",
    "tokenizers": "tokenizers",
    "tomli": "config_file.py",
    "tree_sitter": "compressors",
    "typer": "cli",
    "uvicorn": "proxy",
}
HEAVY = ("pydantic", "tiktoken", "sqlalchemy", "jinja2", "typer", "rich", "genai_prices", "numpy", "asyncio")

# What adapters may import of `headroom` beside its public names: the documented interface for adapters.
FOR_ADAPTERS = {
    "headroom.calls": "one call of a model, without I/O: what is sent, what is answered within, what the ledger says",
    "headroom.formats": "what a conversation keeps of its format",
    "headroom.engine": "Engine and Request",
    "headroom.ledger": "what a failed call counts as",
    "headroom.markers": "markers",
    "headroom.messages": "Message",
    "headroom.results": "Note and the other results",
    "headroom.retrieval": "the retrieve tool: its schema, and what answers it",
    "headroom.threads": "threads of our own for work that an event loop must not wait for",
    "headroom.documents": "documents of one question: which stay, and what stays of them within a budget",
    "headroom.tracing": "spans",
    "headroom.transforms.contain": "the catch that the doors of adapters share",
    "headroom.environment": "warn_once",
    "headroom.config.refusals": "mask_url, which keeps passwords out of reprs",
}

BROAD_CATCHES = {
    "headroom/transforms/contain.py": "the one broad catch",
    "headroom/messages/reading.py": "asking a foreign object for its fields may raise anything",
}
READS_ENVIRONMENT = {
    "headroom/environment.py": "the one reader",
    "headroom/tokenizers/vocabulary.py": "TIKTOKEN_CACHE_DIR, a variable of tiktoken's",
}
MOST_LINES = 400
MOST_FUNCTION_LINES = 50


@dataclass(frozen=True)
class Module:
    """One source file, read."""

    path: str
    name: str
    tree: ast.Module

    @property
    def unit(self) -> str:
        """The unit of `headroom` that it belongs to."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else "headroom_init"


@cache
def modules(package: str = "headroom") -> tuple[Module, ...]:
    """All files of a package."""
    found = []
    for path in sorted((ROOT / package).rglob("*.py")):
        relative = path.relative_to(ROOT)
        name = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(relative.as_posix(), name, ast.parse(path.read_text(encoding="utf-8"))))
    return tuple(found)


def is_for_types_only(node: ast.stmt) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def statements(body: list[ast.stmt]) -> Iterator[ast.AST]:
    """All nodes, without what only type checkers read."""
    for node in body:
        if isinstance(node, ast.If) and is_for_types_only(node):
            yield from statements(node.orelse)
        else:
            yield node
            for child in ast.iter_child_nodes(node):
                yield from statements([child]) if isinstance(child, ast.stmt) else ast.walk(child)


def imported(module: Module, *, at_load: bool = False) -> Iterator[tuple[str, int]]:
    """Names of the modules that a file imports, with the line; `at_load` leaves out those within functions."""
    nodes = module.tree.body if at_load else list(statements(module.tree.body))
    names = {other.name for other in modules("headroom")}
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module.path}:{node.lineno} imports relatively"
            base = node.module or ""
            for alias in node.names:
                below = f"{base}.{alias.name}"
                yield (below if below in names else base), node.lineno


def test_every_unit_has_a_layer() -> None:
    assert sorted({module.unit for module in modules()} - set(PLACES)) == []


def test_imports_point_down() -> None:
    wrong = []
    for module in modules():
        layer, place = PLACES[module.unit]
        for name, line in imported(module):
            unit = name.split(".")[1] if name.startswith("headroom.") else ""
            if not unit or unit == module.unit:
                continue
            other_layer, other_place = PLACES[unit]
            may_see_siblings = LAYERS[layer][2] and other_place < place
            if other_layer > layer or (other_layer == layer and not may_see_siblings):
                wrong.append(f"{module.path}:{line} imports {name}")

    assert wrong == []


def test_algorithms_stand_apart() -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules()
        for folder, allowed in APART.items()
        if module.name.startswith(folder)
        for name, line in imported(module)
        if name.startswith("headroom.") and not name.startswith(allowed)
    ]

    assert wrong == []


@pytest.mark.parametrize("package", ["headroom", "headroom_integrations"])
def test_imports_go_in_no_circle(package: str) -> None:
    own = {module.name for module in modules(package)}
    graph = {
        module.name: {name for name, _ in imported(module, at_load=True) if name in own and name != module.name}
        for module in modules(package)
    }
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))

    assert len(order) == len(own)


def test_the_library_imports_no_framework_and_no_adapter() -> None:
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules()
        for name, line in imported(module)
        if name.split(".")[0] in ("headroom_integrations", "langchain", "langchain_core", "langgraph", "llama_index")
    ]

    assert wrong == []


def is_for_adapters(module: str) -> bool:
    """Whether a module is of the documented interface, or within a package that is."""
    return any(module == name or module.startswith(f"{name}.") for name in FOR_ADAPTERS)


def test_adapters_use_public_names_and_the_documented_interface_only() -> None:
    wrong = [
        f"{module.path}:{node.lineno} imports {alias.name} of {node.module}"
        for module in modules("headroom_integrations")
        if "/demo/" not in module.path  # the command `headroom demo`, registered from there
        for node in statements(module.tree.body)
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "headroom"
        for alias in node.names
        if alias.name not in headroom.__all__ and not is_for_adapters(node.module or "")
    ]

    assert wrong == []


def test_one_framework_never_imports_the_other() -> None:
    others = {"langchain": ("llama_index",), "llama_index": ("langchain", "langchain_core", "langgraph")}
    wrong = [
        f"{module.path}:{line} imports {name}"
        for module in modules("headroom_integrations")
        for folder, foreign in others.items()
        if module.name.startswith(f"headroom_integrations.{folder}")
        for name, line in imported(module)
        if name.split(".")[0] in foreign or name.startswith(tuple(f"headroom_integrations.{one}" for one in foreign))
    ]

    assert wrong == []


def test_each_third_party_package_is_imported_in_its_one_place() -> None:
    wrong = []
    for module in modules():
        inside = module.path.removeprefix("headroom/")
        for name, line in imported(module):
            top = name.split(".")[0]
            if top in sys.stdlib_module_names or top in ("headroom", "__future__", "tomllib"):  # tomllib: from 3.11 on
                continue
            place = THIRD_PARTY.get(top)
            if place is None or not (inside == place or inside.startswith(f"{place}/")):
                wrong.append(f"{module.path}:{line} imports {top}")

    assert wrong == []


def test_only_one_file_reads_the_process_environment() -> None:
    reading = set()
    for module in modules():
        for node in ast.walk(module.tree):
            names = ("os.environ", "os.environb", "os.getenv", "os.putenv")
            if isinstance(node, ast.Attribute) and ast.unparse(node) in names:
                reading.add(module.path)
            if isinstance(node, ast.ImportFrom) and node.module == "os":
                reading |= {module.path for alias in node.names if alias.name in ("environ", "getenv")}

    assert reading - set(READS_ENVIRONMENT) == set()


def test_there_is_one_broad_catch() -> None:
    found = {
        module.path
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or {"Exception", "BaseException"} & {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)}
        )
    }

    assert found == set(BROAD_CATCHES)


def test_packages_hold_imports_and_all_only() -> None:
    wrong = []
    for package in ("headroom", "headroom_integrations"):
        for module in modules(package):
            if not module.path.endswith("/__init__.py") or module.name == package:
                continue
            for node in module.tree.body:
                is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
                is_all = isinstance(node, ast.Assign) and [ast.unparse(t) for t in node.targets] == ["__all__"]
                if not (is_text or is_all or is_for_types_only(node) or isinstance(node, (ast.Import, ast.ImportFrom))):
                    wrong.append(f"{module.path}:{node.lineno}")

    assert wrong == []


def test_files_and_functions_stay_small() -> None:
    wrong = []
    for module in (*modules("headroom"), *modules("headroom_integrations")):
        lines = len((ROOT / module.path).read_text(encoding="utf-8").splitlines())
        wrong += [f"{module.path}: {lines} lines"] * (lines >= MOST_LINES)
        for node in ast.walk(module.tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                length = (node.end_lineno or 0) - node.lineno + 1 - docstring_lines(node)
                wrong += [f"{module.path}:{node.lineno} {node.name}: {length} lines"] * (length >= MOST_FUNCTION_LINES)

    assert wrong == []


def docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines that explain and do nothing."""
    first = node.body[0]
    is_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return (first.end_lineno or 0) - first.lineno + 1 if is_text else 0


def test_every_file_says_what_it_is_for() -> None:
    assert [m.path for m in modules() if not ast.get_docstring(m.tree) and m.name != "headroom._version"] == []


# Units whose results decide bytes: no Unicode tables of the Python at hand, no clock, no chance (R2).
DECIDING = ("compressors", "analysis", "detection", "relevance", "transforms", "markers", "tokenizers", "messages")
BY_UNICODE_TABLE = {
    "lower", "upper", "casefold", "title", "capitalize", "swapcase", "isprintable", "isalpha", "isalnum", "isdigit",
    "isnumeric", "isdecimal", "isidentifier", "isupper", "islower", "istitle",
}  # fmt: skip
NOT_DECIDING = {
    "headroom/transforms/pipeline.py: time": "timing for people",
    "headroom/tokenizers/registry.py: lower": "names of models; which counter serves figures",
    "headroom/relevance/letters.py: lower": "of ASCII text",
}


def test_no_two_files_of_tests_share_a_name() -> None:
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []  # pytest would import one for the other


def test_what_decides_bytes_uses_no_unicode_table_clock_or_chance() -> None:
    wrong = []
    for module in modules():
        if module.unit not in DECIDING:
            continue
        for name, line in imported(module):
            if name in ("unicodedata", "time", "datetime", "random", "locale", "numpy", "secrets", "uuid"):
                wrong += [f"{module.path}:{line} imports {name}"] * (f"{module.path}: {name}" not in NOT_DECIDING)
        wrong += [
            f"{module.path}:{line} calls {method}()"
            for method, line in unicode_calls(module)
            if f"{module.path}: {method}" not in NOT_DECIDING
        ]

    assert wrong == []


def unicode_calls(module: Module) -> Iterator[tuple[str, int]]:
    """Methods of texts that ask Python's Unicode tables; those of bytes, told by `encode` before, do not."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BY_UNICODE_TABLE:
            before = node.func.value
            encodes = isinstance(before, ast.Call) and isinstance(before.func, ast.Attribute)
            if not (encodes and before.func.attr == "encode"):  # type: ignore[attr-defined]
                yield node.func.attr, node.lineno


CLASSES = re.compile(r"(?<!\\)(?:\\\\)*\\[wWdDsSbB]")


def test_regular_expressions_that_decide_bytes_are_ascii() -> None:
    wrong = []
    for module in modules():
        if module.unit not in DECIDING:
            continue
        for node in ast.walk(module.tree):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args):
                continue
            texts = [
                n.value for n in ast.walk(node.args[0]) if isinstance(n, ast.Constant) and isinstance(n.value, str)
            ]
            flags = ast.unparse(node)
            if any(map(CLASSES.search, texts)) and "re.ASCII" not in flags and "re.A" not in flags:
                wrong.append(f"{module.path}:{node.lineno} {texts[0][:40]!r}")

    assert wrong == []


IMPORT = "import sys, headroom; print(*sorted({name.split('.')[0] for name in sys.modules}))"


def test_importing_headroom_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], capture_output=True, text=True, check=True, cwd=ROOT)

    assert sorted(set(HEAVY) & set(done.stdout.split())) == []


FIRST_NAME = (
    "import sys, headroom; headroom.HeadroomError; print(*(n for n in sys.modules if n.startswith('headroom')))"
)


def test_a_public_name_loads_its_own_module_and_no_other() -> None:
    done = subprocess.run([sys.executable, "-c", FIRST_NAME], capture_output=True, text=True, check=True, cwd=ROOT)

    assert sorted(done.stdout.split()) == ["headroom", "headroom._version", "headroom.errors"]
