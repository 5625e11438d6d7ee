"""The report as a page and as PDF: what a candidate wrote is text, and nothing is fetched."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import escape
from pypdf import PdfReader

from sandbox.core import events as ev
from sandbox.core.integrity_view import IntegrityView
from sandbox.core.judgement_view import ShownScorecard
from sandbox.core.live import Live
from sandbox.core.panel_view import NoteView, OtherMark
from sandbox.core.topics import Discussed
from sandbox.core.work_view import RunView
from sandbox.render.described import described
from sandbox.render.document import html, pdf
from sandbox.render.figures import svg
from sandbox.render.plain import LONGEST, visible
from sandbox.service.report import Report, fold, make_report
from tests.sandbox.conftest import Plane
from wire.challenge import Topic
from wire.scorecard import Line, Measurement, Plot, Scorecard, Series, WallTime

REAL = Scorecard.model_validate_json((Path(__file__).parent / "scorecard.json").read_text())
REPLAY = "https://interviews.test/replay/0123456789ab"
SCORECARD = REAL.model_copy(
    update={"verdicts": tuple(one for one in REAL.verdicts if one.check in ("contract", "law"))}
)
"""Of a real judgement; two checks, because drawing all takes seconds."""
HOSTILE = (
    "<script>alert(1)</script><img src=http://192.0.2.1/x onerror=alert(1)>"
    "<link rel=attachment href=file:///etc/passwd><style>@import 'http://192.0.2.1/'</style>"
    "{{ 7777 * 7777 }}{% include 'report.css' %}</pre></html>\u202eevil\u2066 \x00\x1b[31m"
)


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(page)
    return parser.seen


def links(page: str) -> list[str | None]:
    return [attrs["href"] for tag, attrs in tags(page) if tag == "a"]


def leading(reader: PdfReader) -> list[str]:
    """The addresses of a PDF's annotations, which must all be links."""
    found = [one.get_object() for page in reader.pages for one in page.get("/Annots", ())]
    assert {one["/Subtype"] for one in found} <= {"/Link"}
    return [one["/A"]["/URI"] for one in found]


@pytest.fixture
def report(plane: Plane) -> Report:
    made = make_report(fold(plane.store.log, plane.interview()), plane.store.catalogue, Live(tabs={}), now=0)
    judgement = {
        "id": 1,
        "at": 0,
        "sha256": "0" * 64,
        "by": "submit",
        "budget": "quick",
        "state": "judged",
        "progress": None,
        "scorecard": ShownScorecard.model_validate(dict(SCORECARD)),
        "fault": "",
    }
    return Report.model_validate({**dict(made), "judgement": judgement})


def hostile(report: Report) -> Report:
    return report.model_copy(
        update={
            "interview": report.interview.model_copy(update={"candidate_name": HOSTILE}),
            "files": (ev.TextFile(path=HOSTILE, text=HOSTILE),),
            "review": report.review.model_copy(
                update={"summary": HOSTILE, "comments": (ev.Comment(line=1, text=HOSTILE),)}
            ),
        }
    )


def test_r01_what_a_candidate_wrote_is_text_in_the_page(report: Report) -> None:
    calm, bad = html(report, replay=REPLAY), html(hostile(report), replay=REPLAY)
    names = {tag for tag, _ in tags(bad)}
    assert not names & {"script", "img", "link", "iframe", "object", "base", "form"}
    assert links(bad) == links(calm)
    assert names <= {tag for tag, _ in tags(calm)} | {"pre", "h3", "blockquote", "table", "span"}
    assert not [value for _, attrs in tags(bad) for name, value in attrs.items() if name.startswith("on")]
    assert "&lt;script&gt;alert(1)" in bad
    assert "60481729" not in bad
    assert "\u202e" not in bad
    assert "‹U+202E›evil" in bad


def test_r02_the_pdf_fetches_nothing(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr("sandbox.render.document._refuse", lambda url, *_, **__: asked.append(url))
    reader = PdfReader(io.BytesIO(pdf(hostile(report), replay=REPLAY)))
    assert not asked
    assert not reader.attachments
    assert set(leading(reader)) == set(links(html(report, replay=REPLAY)))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert "<script>alert(1)</script>" in text
    assert "root:" not in text


def test_the_pdf_says_what_the_page_says(report: Report) -> None:
    text = " ".join(
        " ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf(report))).pages
    )
    for verdict in SCORECARD.verdicts:
        assert verdict.summary[:40] in text
    assert SCORECARD.submission.sha256[:20] in text
    assert "1 of" in text


def test_the_candidates_copy_has_nothing_that_is_the_panels(report: Report) -> None:
    rubric = report.axes.research.rubric
    topic = Topic(id="a", title="UNSEEN TOPIC", strong="", findings=(rubric.findings[0].id,))
    noted = report.model_copy(
        update={
            "topics": (Discussed(topic="a", ticked=(), figures=()),),
            "unseen": "UNSEEN GAIN",
            "signals": (
                IntegrityView(
                    at=0, kind="paste", detail="UNSEEN SIGNAL", origin="outside", text="", lasted_ms=None
                ),
            ),
            "notes": (
                NoteView(id=1, at=0, stage="probe", text="UNSEEN NOTE", author="interviewer", by="Grace"),
            ),
            "axes": report.axes.model_copy(
                update={
                    "research": report.axes.research.model_copy(
                        update={
                            "ticked": rubric.findings[:1],
                            "rubric": rubric.model_copy(update={"topics": (topic,)}),
                        }
                    )
                }
            ),
        }
    )
    theirs, ours = html(noted, for_candidate=True), html(noted)
    finding = rubric.findings[0].text
    diagnoses = [one.diagnosis for one in SCORECARD.verdicts if one.diagnosis]
    unseen = ("UNSEEN NOTE", "UNSEEN TOPIC", "UNSEEN GAIN", "UNSEEN SIGNAL")
    for hidden in (*unseen, "the machine suggests", finding):
        assert hidden in ours
        assert hidden not in theirs
    assert not [one for one in diagnoses if one[:30] in theirs]
    assert SCORECARD.verdicts[0].summary in theirs


def at(report: Report, minutes: int, seconds: int) -> int:
    return report.starts_at + (minutes * 60 + seconds) * 1000


def full_of_moments(report: Report) -> Report:
    """A mark, a ticked finding, a verdict, a run, a note and a signal, each at a minute of its own."""
    rubric = report.axes.research.rubric
    axis = report.axes.research.model_copy(
        update={
            "marks": (
                OtherMark(score=3, reason="r", by="Grace", at=at(report, 1, 0), axis="research", blind=True),
            ),
            "ticked": rubric.findings[:1],
            "ticked_at": {rubric.findings[0].id: at(report, 2, 5)},
        }
    )
    assert report.judgement is not None
    return report.model_copy(
        update={
            "axes": report.axes.model_copy(update={"research": axis}),
            "judgement": report.judgement.model_copy(update={"at": at(report, 75, 9)}),
            "runs": (
                RunView(id=1, kind="file", label="x", at=at(report, 4, 0), finished_at=None, outcome=None),
            ),
            "notes": (
                NoteView(
                    id=1, at=at(report, 5, 0), stage="probe", text="t", author="interviewer", by="Grace"
                ),
            ),
            "signals": (
                IntegrityView(
                    at=at(report, 6, 0), kind="away", detail="", origin="unknown", text="", lasted_ms=None
                ),
            ),
        }
    )


def test_every_moment_on_paper_is_readable_and_leads_to_itself_in_the_replay(report: Report) -> None:
    page = html(full_of_moments(report), replay=REPLAY)
    for minutes, seconds, words in (
        (1, 0, "1:00"),
        (2, 5, "2:05"),
        (75, 9, "1:15:09"),
        (4, 0, "4:00"),
        (5, 0, "5:00"),
        (6, 0, "6:00"),
    ):
        there = f"{REPLAY}#t={at(report, minutes, seconds)}"
        assert f'<a class="at" href="{there}">{words}</a>' in page
    assert f"{REPLAY}#1:15:09" in page, "how to type it from paper"


def test_a_pdf_has_the_same_links_as_the_page(report: Report) -> None:
    made = full_of_moments(report)
    reader = PdfReader(io.BytesIO(pdf(made, replay=REPLAY)))
    assert set(leading(reader)) == set(links(html(made, replay=REPLAY)))


def test_a_candidates_copy_leads_nowhere_but_tells_the_times(report: Report) -> None:
    page = html(full_of_moments(report), for_candidate=True, replay=REPLAY)
    assert not links(page)
    assert REPLAY not in page
    assert ">4:00<" in page


@pytest.mark.parametrize("log_y", [False, True])
@pytest.mark.parametrize("kind", ["line", "bar", "stack"])
def test_a_plot_is_one_svg_that_names_its_axes(kind: str, log_y: bool) -> None:
    plot = Plot.model_validate(
        {
            "kind": kind,
            "title": "t",
            "x_label": "drafts $x_1$ <b>",
            "y_label": "times",
            "x_ticks": ("a", "b"),
            "series": (
                {"name": "one", "x": (0.0, 1.0), "y": (1.0, 2.0), "low": (0.5, 2.0), "high": (1.0, 3.0)},
                {"name": "two", "x": (1.0,), "y": (1.0,)},
            ),
            "lines": ({"name": "plain", "y": 1.0},),
            "log_y": log_y,
        },
        strict=False,
    )
    drawn = svg(plot)
    assert drawn.startswith("<svg")
    assert "drafts $x_1$ &lt;b&gt;" in drawn
    assert drawn == svg(plot)
    assert svg(Plot(kind="line", title="", x_label="", y_label="", series=(Series(name="", x=(), y=()),)))


def plotted(*series: Series, **more: Any) -> Plot:
    return Plot(kind="line", title="t", x_label="Place", y_label="Share", series=series, **more)


def test_a_plot_is_told_in_words_with_its_intervals_its_names_and_its_lines() -> None:
    one = Series(name="yours", x=(0.0, 1.0), y=(0.5, 1234.0), low=(0.25, 1000.0), high=(0.75, 2000.0))
    words = described(plotted(one, x_ticks=("first",), lines=(Line(name="plain", y=1.0),)))
    assert words == (
        "Share, by place. yours: 0.5 (0.25 to 0.75) at first, 1,234 (1,000 to 2,000) at 1; "
        "plain: 1 throughout."
    )


def test_of_many_points_the_ends_and_the_extremes_are_told() -> None:
    y = (1.0, *(float(n) for n in range(30)), 2.0)
    words = described(plotted(Series(name="s", x=tuple(float(n) for n in range(32)), y=y)))
    assert words == "Share, by place. s: 1 at 0 to 2 at 31, between 0 at 1 and 29 at 30."
    assert "nothing: no points" in described(plotted(Series(name="nothing", x=(), y=())))


def test_every_plot_on_paper_stands_with_its_words(report: Report) -> None:
    page, words = html(report), [described(plot) for one in SCORECARD.verdicts for plot in one.plots]
    assert words
    assert not [one for one in words if escape(one) not in page]


@given(st.text())
def test_no_character_of_a_text_is_invisible(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable() or set(shown) & set("\n\t") or max(shown, default="") >= "\u00a0"
    assert not set(shown) & set("\u202e\u2066\u200b\x00\x1b\ufeff")


def test_a_text_without_end_is_cut_and_says_so() -> None:
    shown = visible("x" * (LONGEST + 7))
    assert len(shown) < LONGEST + 100
    assert "7 more characters" in shown


async def test_the_page_has_an_origin_of_its_own(plane: Plane) -> None:
    interview = plane.interview()
    cookies = await plane.cookies(interview, "interviewer")
    async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as panel:
        answer = await panel.get(f"/api/rooms/{interview}/report.html")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert set(links(answer.text)) >= {f"{plane.base}/replay/{interview}"}


def with_wall_time(report: Report) -> Report:
    assert report.judgement is not None
    assert report.judgement.scorecard is not None
    wall = WallTime(
        outcome="measured",
        pair="target",
        summary="1.41 times as fast as plain decoding by the clock, on a real pair (95 %: 1.30 to 1.52).",
        explanation="A CPU computes every position that it verifies.",
        measurements=(
            Measurement(name="speed-up by the clock", value=1.41, low=1.3, high=1.52, unit="x", n=24),
        ),
    )
    scorecard = report.judgement.scorecard.model_copy(update={"wall_time": wall})
    judgement = report.judgement.model_copy(update={"scorecard": scorecard})
    return report.model_copy(update={"judgement": judgement})


def test_wall_time_stands_behind_the_verdicts_as_information(report: Report) -> None:
    page = html(with_wall_time(report))
    assert "information, not in the score" in page
    assert page.index("Output law") < page.index("Wall time") < page.index("seed commitment")
    assert "1.3 to 1.52" in page
    assert "Wall time" not in html(report)


def test_a_candidate_reads_the_wall_time_without_its_explanation(report: Report) -> None:
    page = html(with_wall_time(report), for_candidate=True)
    assert "1.41 times as fast" in page
    assert "A CPU computes" not in page
