"""Outputs are bounded before they are kept."""

from __future__ import annotations

from sandbox.ports import Output
from sandbox.service.output_batch import CUT, MAX_TEXT, OutputBatch


def test_chunks_of_one_stream_become_one_output() -> None:
    batch = OutputBatch(allowance=1_000)
    for text in ("a", "b"):
        batch.add(Output(kind="stdout", text=text))
    batch.add(Output(kind="stderr", text="c"))
    assert [(one.kind, one.text) for one in batch.take()] == [("stdout", "ab"), ("stderr", "c")]
    assert batch.take() == ()


def test_past_the_allowance_it_says_once_that_it_was_cut() -> None:
    batch = OutputBatch(allowance=10)
    for _ in range(100):
        batch.add(Output(kind="result", text="123456"))
    shown = batch.take()
    assert [one.text for one in shown] == ["123456", "123456", CUT]


def test_only_images_that_the_page_can_show_safely_pass() -> None:
    batch = OutputBatch(allowance=10_000)
    for image in ("data:image/png;base64,AAAA", "data:image/svg+xml;base64,AAAA", "https://a.example/x.png"):
        batch.add(Output(kind="display", image=image))
    assert [one.image for one in batch.take()] == ["data:image/png;base64,AAAA", "", ""]


def test_a_single_huge_text_is_cut_and_a_broken_one_repaired() -> None:
    batch = OutputBatch(allowance=10_000_000)
    batch.add(Output(kind="result", text="x" * (MAX_TEXT + 1)))
    batch.add(Output(kind="error", text="a\ud800b"))
    huge, broken = batch.take()
    assert huge.text.endswith(CUT)
    assert broken.text == "a?b"
