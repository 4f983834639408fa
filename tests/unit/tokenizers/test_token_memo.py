import sys
import threading

from headroom.tokenizers.memo import LONG_CHARS, Memo, memo_key


def test_the_oldest_entries_leave_when_there_are_too_many() -> None:
    memo = Memo(max_entries=2)
    for number, text in enumerate("abc"):
        memo.put(text, number)

    assert [memo.get(text) for text in "abc"] == [None, 1, 2]


def test_the_oldest_entries_leave_when_they_are_too_long_together() -> None:
    memo = Memo(max_chars=10)
    memo.put("x" * 6, 1)
    memo.put("y" * 6, 2)

    assert (memo.get("x" * 6), memo.get("y" * 6), memo.chars) == (None, 2, 6)


def test_storing_again_does_not_count_twice() -> None:
    memo = Memo(max_chars=10)
    for _ in range(5):
        memo.put("x" * 6, 1)

    assert (len(memo), memo.chars) == (1, 6)


def test_a_long_text_is_not_kept_alive() -> None:
    text = "".join(["long"] * LONG_CHARS)
    held = sys.getrefcount(text)
    memo = Memo()
    memo.put(memo_key(text), 7)

    assert sys.getrefcount(text) == held
    assert memo.get(memo_key("long" * LONG_CHARS)) == 7
    assert memo.get(memo_key("long" * LONG_CHARS + "!")) is None


def test_bounds_hold_when_threads_store_at_once() -> None:
    memo = Memo(max_entries=50)

    def store(start: int) -> None:
        for number in range(500):
            memo.put(f"{start}:{number}", number)

    jobs = [threading.Thread(target=store, args=[start]) for start in range(4)]
    for job in jobs:
        job.start()
    for job in jobs:
        job.join()

    assert len(memo) == 50
    assert memo.chars == sum(map(len, memo.entries))
