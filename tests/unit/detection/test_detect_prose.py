import pytest
from hypothesis import given
from hypothesis import strategies as st

from headroom.detection import detect
from tests.samples import samples, shared_samples

README = "# Tool\n\nA tool that does one thing well.\n\n## Install\n\n```sh\npip install tool\n```\n\n- fast\n- small\n"
STORY = (
    "It was late when the train came in, and nobody was waiting. The driver stepped down, looked around, and lit a "
    "lamp. Far away a dog barked twice.\n\n"
    "In the morning the snow had gone. Only the tracks were left, and they led to the river.\n"
)
JAPANESE = "# 概念\n\nエージェントは道具を使って仕事をします。\n\n## 使い方\n\n- 一つ目の項目です\n- 二つ目の項目です\n"
OTHER_SCRIPTS = (
    "彼は駅に着いたが、誰も待っていなかった。外は雪だった。彼は長い間そこに立っていた。",
    "वह स्टेशन पर पहुँचा लेकिन वहाँ कोई नहीं था। बाहर बहुत बर्फ गिर रही थी। वह देर तक वहाँ रहा।",
    "وصل إلى المحطة ولم يكن أحد في انتظاره. كان الثلج يتساقط في الخارج بغزارة. بقي واقفا هناك وقتا طويلا.",
    "Он приехал на станцию поздно вечером один. Никто его там не ждал в тот день. Шёл снег и было очень тихо.",
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (README, "markdown"),
        (README.replace("\n", "\r\n"), "markdown"),
        (JAPANESE, "markdown"),
        (STORY, "prose"),
        (STORY.replace(", ", ",\n"), "prose"),
        *((text, "prose") for text in OTHER_SCRIPTS),
        ("", "text"),
        ("just a few words", "text"),
        ("# comment\nkey=value\n# comment\nother=value\n", "text"),
        ("a=1\nb=2\nc=3\nd=4\n", "text"),
        ("17 18 19 20\n21 22 23 24\n", "text"),
    ],
)  # fmt: skip
def test_documents_and_sentences_are_told_from_other_text(text: str, kind: str) -> None:
    assert detect(text).kind.value == kind


@given(text=st.text(max_size=200) | st.text(st.sampled_from("# -`|>.a B。\n\r\t*[]()"), max_size=200))
def test_detection_never_raises(text: str) -> None:
    detect(text)


def test_samples_of_other_kinds_are_not_prose() -> None:
    for sample in samples():
        if sample.kind != "markdown":
            assert detect(sample.text).kind.value not in ("markdown", "prose"), sample.id


@pytest.mark.shared_data
def test_most_real_documents_are_markdown() -> None:
    kinds = [detect(sample.text).kind.value for sample in shared_samples("markdown", most_chars=60_000, one_in=2)]

    assert kinds.count("markdown") >= 0.8 * len(kinds)
