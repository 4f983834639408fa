"""Logs are told by how their lines begin; what only holds times is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import detect
from headroom.detection.logs import log
from headroom.detection.types import ContentType, Probe
from tests.samples import samples, shared_samples

LOGS = {
    "syslog": "Dec 10 09:16:1{} LabSZ sshd[2458{}]: Failed password for root from 187.141.143.180 port 40931 ssh2",
    "rfc5424": '<30>1 2024-02-19T17:55:2{}+08:00 example.com charon 80945 - [meta sequenceId="9{}"] 06[NET] received',
    "access": '127.0.0.1 - - [10/Oct/2023:08:32:3{} +0000] "GET /?q={} HTTP/1.1" 200 3437 "-" "Mozilla/5.0"',
    "apache_error": "[Mon Dec 05 10:43:5{} 2005] [error] mod_jk child workerEnv in error state {}",
    "log4j": "2015-10-18 18:04:50,20{} INFO [main] org.apache.hadoop.mapreduce.v2.app.MRAppMaster: Executing {}",
    "brackets": "[2016-12-19 16:32:00,94{}] INFO Completed load of log offsets-{} (kafka.log.Log)",
    "python": "WARNING:root:disk {} is {} % full",
    "uvicorn": 'INFO:     127.0.0.1:5000{} - "GET /items/{} HTTP/1.1" 200 OK',
    "loguru": "2024-01-15 10:20:3{}.123 | INFO     | app.main:run:{} - started",
    "logcat": "03-17 16:13:46.24{}  2227  2227 I PhoneStatusBar: setSystemUiVisibility vis={}",
    "spark": "17/06/09 20:11:1{} INFO executor.Executor: Running task {}.0 in stage 27.0 (TID 1262)",
    "journal": "Mar 31 01:35:1{} host systemd[1]: Started Session {} of user root.",
    "klog": "I0115 10:20:3{}.123456       1 controller.go:{}] Starting workers",
    "k8s": "2025-12-31T17:37:4{}.493035218+01:00 stdout F request {} served",
    "logfmt": 'time="2024-01-15T18:43:0{}Z" level=debug msg="Handling UDP stream {}"',
    "level_first": 'level=info ts=2024-01-15T18:43:0{}Z caller=main.go:{} msg="ready"',
    "audit": "type=SYSCALL msg=audit(1696431282.55{}:828{}): arch=c000003e syscall=59 success=yes exit=0",
    "dmesg": "[    0.00000{}] ACPI: RSDP 0x00000000000F68D{} 000014 (v00 BOCHS )",
    "pipes": "20171223-22:15:5{}:169|Step_ExtSDM|30002312|calculateAltitudeWithCache totalAltitude=24{}",
    "seconds": "4461{} gige{} gige temperature 1105687639 1 warning",
    "clock": "[10.30 20:44:5{}] chrome.exe - proxy.cse.cuhk.edu.hk:507{} open through proxy HTTPS",
    "nginx_error": "2023/09/23 09:58:5{} [error] 298#298: *109{} FastCGI sent in stderr",
    "compose": "web-1  | 2024-01-12T22:54:3{}.307Z level=WARN msg=retry attempt={}",
    "cloudwatch": "2024-01-12T22:54:3{}.307Z 8f5bb2c4-0f8a-4d6e-9d57-3a4b0c{} INFO handler started",
}
OTHERS = {
    "csv": "2013-07-04 00:00:0{},69.8808{}",
    "listing": "-rw-r--r-- 1 root root 4096 2025-09-01 12:00:0{}.000 +0200 file{}.txt",
    "blame": "^a1b2c3d{} (Ann Example 2020-01-01 10:00:00 +0000 {}) x = 1",
    "table": "| 2024-01-01 10:00:0{} | {} | open |",
    "maven": "[INFO] Building module-{} 1.{}",
    "prose": "The train left the station at 10:3{} in the morning and came back {} hours later.",
    "code": "x{} = call({})",
    "numbers": "{} {}",
}
TRACE = '\nTraceback (most recent call last):\n  File "app.py", line 3, in run\n    go()\nValueError: no'


def lines(form: str, count: int = 8) -> str:
    """Lines of one form."""
    return "\n".join(form.format(number % 10, number) for number in range(count))


@pytest.mark.parametrize("form", LOGS.values(), ids=LOGS)
def test_a_log_is_told(form: str) -> None:
    assert log(Probe(lines(form))) is not None
    assert log(Probe(lines(form).replace("\n", "\r\n"))) is not None


@pytest.mark.parametrize("form", OTHERS.values(), ids=OTHERS)
def test_what_is_no_log_is_left_to_others(form: str) -> None:
    assert log(Probe(lines(form))) is None


def test_stack_traces_and_a_heading_may_stand_in_a_log() -> None:
    text = "==> app.log <==\n\n" + "\n".join(lines(LOGS["log4j"], 3) + TRACE for _ in range(4)) + "\n(END)"

    assert log(Probe(text)) is not None


def test_a_few_times_make_no_log() -> None:
    text = "\n".join([*["A paragraph of a report that has no time in it at all."] * 12, lines(LOGS["syslog"], 4)])

    assert log(Probe(text)) is None


def test_dates_that_code_holds_make_no_log() -> None:
    text = "package main\n\nvar want = `\n" + lines(LOGS["syslog"]) + "\n`\n"

    assert log(Probe(text)) is None


def test_a_table_of_patterns_is_a_log() -> None:
    text = "[3 log lines; a letter stands for its pattern, the words beside it fill {}]\nA=x {}\n\n1 A\n2 A\n3 A"

    assert detect(text).kind is ContentType.LOG


def test_real_logs_are_told() -> None:
    for sample in samples("log"):
        assert detect(sample.text).kind.value in ("log", "json_lines")


@pytest.mark.shared_data
def test_nothing_else_that_is_real_is_taken_for_a_log() -> None:
    for sample in shared_samples(
        "code", "csv", "markdown", "sql_result", "yaml", "search", most_chars=30_000, one_in=3
    ):
        assert detect(sample.text).kind is not ContentType.LOG, sample.id


@given(text=st.text(st.characters(codec=None, exclude_categories=()), max_size=60))
def test_any_text_is_borne(text: str) -> None:
    assert log(Probe(text)) is None or text.count("\n") >= 1


@pytest.mark.parametrize(
    "text", ["1" * 3_000_000, "2024-01-01 " * 300_000, "[" * 2_000_000, " \n" * 1_000_000, "a:" * 1_000_000]
)
def test_long_texts_are_answered(text: str) -> None:
    found = log(Probe(text))

    assert found is None or found.kind.value == "log"
