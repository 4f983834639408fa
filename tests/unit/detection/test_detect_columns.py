"""Tables of commands are told from lists, logs and code in which blanks stand below each other."""

from __future__ import annotations

import pytest

from headroom.detection import detect
from headroom.detection.columns import aligned_tables
from headroom.detection.columns_layout import Layout
from tests.samples import samples, shared_samples

PODS = """NAMESPACE     NAME                     READY   STATUS             RESTARTS      AGE
default       api-7d9f8b6c5-x2k4p      1/1     Running            0             12d
default       worker-5c6b7d8f9-q8z7w   0/1     CrashLoopBackOff   14 (3m ago)   12d
kube-system   coredns-565d847f94-abc   1/1     Running            0             90d
"""
PROCESSES = """USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND
root         1  0.0  0.1 167744 11788 ?        Ss   Jan01   0:12 /sbin/init splash
root         2  0.0  0.0      0     0 ?        S    Jan01   0:00 [kthreadd]
mysql      812  1.2  9.8 2485540 401232 ?      Sl   Jan01  99:01 /usr/sbin/mysqld --user mysql
www-data  1044  0.3  0.6 223120 26544 ?        S    10:22   0:01 nginx: worker process
"""
DISKS = """Filesystem      Size  Used Avail Use% Mounted on
/dev/sda1        50G   20G   28G  42% /
tmpfs           7.8G     0  7.8G   0% /dev/shm
/dev/sdb1       200G  180G   20G  90% /var/lib/docker
"""
CONTAINERS = """
CONTAINER ID   IMAGE           COMMAND                  STATUS                   PORTS                NAMES
0a1b2c3d4e5f   nginx:1.25      "/docker-entrypoint.…"   Up 2 hours               0.0.0.0:80->80/tcp   web
1b2c3d4e5f6a   redis:7         "docker-entrypoint.s…"   Up 3 days                6379/tcp             cache
2c3d4e5f6a7b   worker:latest   "python worker.py"       Exited (137) 5 min ago                        worker
"""
FRAME = """     name  age  price
0     Ann   31   1.10
1     Ben   42  12.00
2  Claire   27   0.50
"""
OVERFLOW = """procs -----------memory---------- ---swap--
 r  b   swpd   free   buff  cache   si   so
 1  0      0 19807252 174408 4362592    0    0
 0  0      0 19807252 174408 4362592    0    0
 2  1      0 19807000 174412 4362600    0    0
"""
STARTED = """  PID                  STARTED CMD
    1 Mon Nov 20 09:15:00 2026 /sbin/init
  812 Mon Nov 20 09:15:02 2026 /usr/sbin/sshd -D
12044 Tue Nov 21 10:22:41 2026 nginx: worker
"""
PACKAGES = """Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
||/ Name           Version                 Architecture Description
+++-==============-=======================-============-=================================
""" + "".join(
    f"ii  {name:14} {version:23} amd64        {about}\n"
    for name, version, about in (
        ("adduser", "3.134", "add and remove users"),
        ("apt", "2.6.1", "commandline package manager"),
        ("base-files", "12.4+deb12u5", "system miscellaneous files"),
    )
    for _ in range(4)
)
TABLES = {
    "dpkg": (PACKAGES, ["||/", "Name", "Version", "Architecture", "Description"]),
    "ps -o lstart": (STARTED, ["PID", "STARTED", "CMD"]),
    "kubectl": (PODS, ["NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE"]),
    "ps": (PROCESSES, ["USER", "PID", "%CPU", "%MEM", "VSZ", "RSS", "TTY", "STAT", "START", "TIME", "COMMAND"]),
    "df": (DISKS, ["Filesystem", "Size", "Used", "Avail", "Use%", "Mounted on"]),
    "docker": (CONTAINERS, ["CONTAINER ID", "IMAGE", "COMMAND", "STATUS", "PORTS", "NAMES"]),
    "pandas": (FRAME, ["", "name", "age", "price"]),
    "vmstat": (OVERFLOW, ["r", "b", "swpd", "free", "buff", "cache", "si", "so"]),
}
NO_TABLES = {
    "help": "usage: tool\n\n  list      shows what there is\n  get       gives one of them\n  set       sets it\n" * 3,
    "code": "int    a    = 1;\nint    bb   = 2;\nchar   ccc  = 'x';\nfloat  dd   = 3.0;\n" * 3,
    "settings": "server_name    example.org\nlisten         80\nroot           /var/www\nindex          index.html\n"
    * 2,
    "lock": "GEM\n  remote: https://rubygems.org/\n  specs:\n    actioncable (7.0.1)\n      actionpack (= 7.0.1)\n" * 4,
    "verse": "Roses  are  red\nViolets are blue\nSugar  is  sweet\nAnd so are you\n" * 3,
    "sums": "alpha   beta\nthe first words of this text\nare not below any of these names\nbut run on as they like\n"
    * 2,
    "one row": "NAME   READY   AGE\napi    1/1     3d\n",
    "long listing": "-rw-r--r--  1 root root  4096 Nov 20 09:26 a\n-rw-r--r--  1 root root    12 Nov 20 09:26 b\n" * 3,
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tables_of_commands_are_known_with_their_columns(name: str, end: str) -> None:
    text, names = TABLES[name]
    text = text.replace("\n", end)

    [table] = aligned_tables(text.split("\n"))

    assert list(table.layout.names) == names
    assert table.rows.count(None) == (name == "dpkg"), "but for the rule below the names"
    assert detect(text).kind.value == "columns"


@pytest.mark.parametrize("name", NO_TABLES)
def test_what_only_has_blanks_below_each_other_is_no_table(name: str) -> None:
    assert detect(NO_TABLES[name]).kind.value != "columns"


def test_an_empty_cell_stays_empty() -> None:
    [table] = aligned_tables(CONTAINERS.split("\n"))

    assert table.rows[2] is not None
    assert table.rows[2][3:] == ["Exited (137) 5 min ago", "", "worker"]


def test_a_row_that_runs_over_is_told_by_its_words() -> None:
    [table] = aligned_tables(PROCESSES.split("\n"))

    assert table.rows[2] is not None
    assert table.rows[2][4:7] == ["2485540", "401232", "?"]
    assert table.rows[2][-1] == "/usr/sbin/mysqld --user mysql"


def test_words_that_stand_below_another_column_do_not_fill_one() -> None:
    layout = Layout(("A", "B", "C"), ((3, 4), (7, 8)), (0, 4, 8), has_words=True)

    assert layout.cells("aaaaaa b c d") == ["aaaaaa", "b", "c d"]
    assert layout.cells("aaaaaa    c d") is None


def test_a_table_ends_where_its_names_come_again_and_where_lines_do_not_fit() -> None:
    text = PODS + PODS + "these are words of another kind altogether and they go on\n" * 3

    tables = list(aligned_tables(text.split("\n")))

    assert [(table.place, table.end) for table in tables] == [(0, 4), (4, 8)]


def test_a_table_in_a_long_text_of_another_kind_does_not_decide() -> None:
    assert (
        detect(DISKS + "\n" + "A sentence of some words that says what was done here.\n" * 40).kind.value != "columns"
    )


def test_tables_may_follow_lines_of_the_program() -> None:
    assert detect("Warning: v1 is deprecated\n2 pods of 90 hidden\n\n" + PODS).kind.value == "columns"


def test_own_text_is_known_again() -> None:
    assert detect("columns(l0 r3)[2 ]{NAME,AGE}\napi 3\nweb 4").kind.value == "columns"


def test_lines_that_all_could_be_names_take_linear_time() -> None:
    text = "\n".join(["alpha  beta gamma delta", "one two  three four five"] * 20_000)

    assert list(aligned_tables(text.split("\n"))) == []


def test_no_committed_sample_of_another_kind_is_taken_for_a_table() -> None:
    assert [sample.id for sample in samples() if detect(sample.text).kind.value == "columns"] == []


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "kind", ["log", "code", "csv", "search", "build_log", "yaml", "stacktrace", "xml", "sql_result"]
)
def test_no_other_kind_of_real_text_is_taken_for_a_table(kind: str) -> None:
    found = shared_samples(kind, most_chars=60_000, one_in=3)

    assert [sample.id for sample in found if detect(sample.text).kind.value == "columns"] == []
