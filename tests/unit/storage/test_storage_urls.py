from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from headroom.errors import ConfigurationError
from headroom.storage.urls import default_store_url, parse_store_url


def test_three_slashes_are_relative_to_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    url = parse_store_url("sqlite:///headroom.db")
    monkeypatch.chdir("/")

    assert url.path == tmp_path / "headroom.db"


def test_four_slashes_are_absolute() -> None:
    assert parse_store_url("sqlite:////var/lib/h.db").path == Path("/var/lib/h.db")
    assert parse_store_url("jsonl:////var/lib/h.jsonl").path == Path("/var/lib/h.jsonl")


def test_a_tilde_is_the_home_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/u")

    assert parse_store_url("sqlite:///~/h.db").path == Path("/home/u/h.db")


def test_names_with_odd_characters_stay_what_they_are() -> None:
    assert parse_store_url("sqlite:////a/50%41 off? #1.db").path == Path("/a/50%41 off? #1.db")


def test_driver_arguments_are_no_part_of_the_file_name() -> None:
    assert parse_store_url("sqlite:////a/h.db?timeout=30").path == Path("/a/h.db")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///"])
def test_sqlite_without_a_file_is_in_memory(url: str) -> None:
    parsed = parse_store_url(url)

    assert (parsed.kind, parsed.path) == ("sqlite", None)


@pytest.mark.parametrize(("url", "name"), [("memory", ""), (":memory:", ""), ("memory://", ""), ("memory://x", "x")])
def test_memory_has_no_file(url: str, name: str) -> None:
    parsed = parse_store_url(url)

    assert (parsed.kind, parsed.path, parsed.name) == ("memory", None, name)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "headroom.db",
        "mysql://u:hunter2@h/d",
        "C:\\headroom.db",
        "sqlite:/x.db",
        "sqlite://x.db",
        "jsonl://",
        "jsonl:///",
        "postgresql://",
        "postgresql://u:hunter2@h",
        "postgresql://u:hunter2@h:port/d",
        "postgresql://u:hunter2@[::1/d",
        "sqlite:///a\x00b",
    ],
)
def test_what_names_no_store_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        parse_store_url(url)

    assert error.value.details["field"] == "store_url"
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:hunter2@h:5432/d",
        "postgres://u:hunter2@h/d",
        "postgresql+psycopg://u:hunter2@h/d",
        "postgresql:///d?host=/tmp&user=u&password=hunter2",
    ],
)
def test_no_password_shows(url: str) -> None:
    parsed = parse_store_url(url)

    assert parsed.kind == "postgresql"
    assert "hunter2" in parsed.text
    assert "hunter2" not in parsed.safe + repr(parsed)


def test_the_default_is_in_the_users_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))

    assert default_store_url() == f"sqlite:///{tmp_path}/headroom/headroom.db"
    assert list(tmp_path.iterdir()) == []  # looking makes nothing


def default_in(environment: dict[str, str]) -> str:
    """`default_store_url()` of a process that has this environment."""
    code = "from headroom.storage.urls import default_store_url; print(default_store_url())"
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return result.stdout.strip()


def test_without_a_usable_home_it_is_the_temp_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    below_a_file = str(tmp_path / "file" / "home")

    url = default_in({"HOME": below_a_file, "TMPDIR": str(tmp_path)})

    assert url == f"sqlite:///{tmp_path}/headroom-{os.getuid()}/headroom.db"


def test_a_temp_directory_that_others_can_enter_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    taken = tmp_path / f"headroom-{os.getuid()}"
    taken.mkdir()
    taken.chmod(0o755)

    assert default_in({"HOME": str(tmp_path / "file"), "TMPDIR": str(tmp_path)}) == "memory://default"


@pytest.mark.skipif(not hasattr(os, "setuid") or os.getuid() != 0, reason="changes the user id")
def test_a_user_without_account_and_home_gets_the_temp_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    code = (
        "import os; from headroom.storage.urls import default_store_url; import platformdirs\n"
        "os.setuid(4242); os.environ.pop('HOME', None); print(default_store_url())"
    )
    environment = {"TMPDIR": "/tmp"}

    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "sqlite:////tmp/headroom-4242/headroom.db"
