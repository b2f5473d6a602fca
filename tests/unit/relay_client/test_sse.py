"""The reader of server-sent events, against hand-written streams."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_desktop.relay_client.sse import StreamEvent, StreamTooLarge, read_events


def read(text: str) -> list[StreamEvent | None]:
    return list(read_events(text.split("\n")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data: a\n\n", [StreamEvent("message", "a", "")]),
        ("data:a\n\n", [StreamEvent("message", "a", "")]),
        ("data:  a\n\n", [StreamEvent("message", " a", "")]),
        ("data: a\ndata: b\n\n", [StreamEvent("message", "a\nb", "")]),
        ("data\n\n", [StreamEvent("message", "", "")]),
        ("data\ndata\n\n", [StreamEvent("message", "\n", "")]),
        ("event: hint\nid: 7\ndata: {}\n\n", [StreamEvent("hint", "{}", "7")]),
        ("data: {}\nid: 7\nevent: hint\n\n", [StreamEvent("hint", "{}", "7")]),
        (": open\n\ndata: a\n\n", [None, StreamEvent("message", "a", "")]),
        (":\n:\n", [None, None]),
        ("id: 1\n\ndata: a\n\n", [StreamEvent("message", "a", "1")]),
        ("id: 1\ndata: a\n\ndata: b\n\n", [StreamEvent("message", t, "1") for t in "ab"]),
        (
            "id: 1\ndata: a\n\nid\ndata: b\n\n",
            [StreamEvent("message", "a", "1"), StreamEvent("message", "b", "")],
        ),
        ("id: 1\x002\ndata: a\n\n", [StreamEvent("message", "a", "")]),
        ("event: x\n\ndata: a\n\n", [StreamEvent("message", "a", "")]),
        ("retry: 10\nunknown: x\ndata: a\n\n", [StreamEvent("message", "a", "")]),
        ("\ufeffdata: a\n\n", [StreamEvent("message", "a", "")]),
        ("data: a\n\n\ufeffdata: b\n\n", [StreamEvent("message", "a", "")]),
        ("data: a: b\n\n", [StreamEvent("message", "a: b", "")]),
        ("data: cut off", []),
        ("", []),
    ],
)
def test_streams(text: str, expected: list[StreamEvent | None]) -> None:
    assert read(text) == expected


def test_an_endless_event_is_refused() -> None:
    with pytest.raises(StreamTooLarge):
        read("data: x\n" * 20_000)
    small = "\n".join("data: x\n" for _ in range(20_000))
    assert len(read(small + "\n")) == 20_000


@given(st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=30), min_size=1))
def test_what_is_written_is_read(texts: list[str]) -> None:
    written = "".join(f"id: {n}\ndata: {text}\n\n" for n, text in enumerate(texts))
    assert read(written) == [StreamEvent("message", t, str(n)) for n, t in enumerate(texts)]


@given(st.text(max_size=300))
def test_any_text_is_survived(text: str) -> None:
    for event in read(text):
        assert event is None or isinstance(event.text, str)
