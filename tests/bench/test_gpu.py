"""What runs on a GPU, run in small on a processor: only the device differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the extra `models`")

from bench import gpu  # noqa: E402
from bench.static_llama import numbers_read  # noqa: E402

TINY = replace(gpu.SMALL, new=24, pairs=2)


@pytest.mark.parametrize("acceptance", [0.5, 0.85, 0.95])
def test_the_laws_have_the_acceptance_that_was_asked_for(acceptance: float) -> None:
    assert gpu.overlap(*gpu.laws(500, acceptance, "cpu")) == pytest.approx(acceptance, abs=1e-3)


def test_the_expected_speed_up_is_the_textbook_s() -> None:
    # 3.36 tokens a round at acceptance 0.8; a draft costs a tenth, and five positions cost what one does.
    assert gpu.expected_speedup(3.36, 4, target=10, draft=1, verification=10) == pytest.approx(2.4)


def test_the_large_pair_reads_ten_times_as_much_for_the_target_as_for_the_draft() -> None:
    assert 10 < numbers_read(gpu.LARGE.target) / numbers_read(gpu.LARGE.draft) < 14


def test_rounds_give_what_the_acceptance_says_and_every_figure_is_filled_in() -> None:
    (found,) = gpu.measure(replace(TINY, new=160, pairs=1), "cpu", acceptance=0.85, gammas=[4])
    # 160 tokens: the mean of a round is sure to about a tenth of itself, and rows differ in acceptance.
    assert found.tokens_per_round == pytest.approx(sum(0.85**n for n in range(5)), rel=0.2)
    assert min(found.target_call, found.draft_call, found.verification, found.plain_ms_per_token) > 0
    assert found.speedup > 0
    assert found.expected == pytest.approx(
        gpu.expected_speedup(
            found.tokens_per_round,
            4,
            target=found.target_call,
            draft=found.draft_call,
            verification=found.verification,
        )
    )
    assert gpu.table([found]).count("\n") == 2


def test_it_runs_in_bfloat16_too() -> None:
    (found,) = gpu.measure(replace(TINY, dtype=torch.bfloat16), "cpu", acceptance=0.9, gammas=[2])
    assert 1.5 < found.tokens_per_round <= 3.0


def test_without_a_gpu_it_says_so_and_measures_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["gpu.py"])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert gpu.main() == 0
    assert "No CUDA GPU is here, so nothing was measured." in capsys.readouterr().out
