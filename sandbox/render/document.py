"""The report in HTML and as PDF, both from `report.html.j2`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sandbox.core.timeline import CANDIDATE_KINDS
from sandbox.render.described import described
from sandbox.render.plain import visible
from sandbox.service.report import Report
from wire.scorecard import Plot

HERE = Path(__file__).resolve().parent
CHECKS = {
    "contract": "Interface",
    "greedy": "Greedy text",
    "law": "Output law",
    "independence": "Independence",
    "edges": "Edge cases",
    "provenance": "Provenance",
    "economy": "Economy",
    "cache": "Caches",
    "speed": "Speed",
}
SIGNALS = {
    "paste": "Pasted",
    "big_insert": "Large insert",
    "rhythm": "Typed faster than usual",
    "input_method": "Input method",
    "away": "Page hidden",
    "back": "Page shown again",
}
STATUS = {"pass": "✓ passed", "fail": "✕ failed", "inconclusive": "? not decided", "not_run": "– not run"}


def html(report: Report, *, for_candidate: bool = False, replay: str = "") -> str:
    """A page that loads nothing. ``for_candidate`` leaves out whatever the candidate may not see.

    ``replay`` is the address of the interview's replay: times then lead to their moments in it. A candidate's
    copy has no such links, since the replay is the panel's.
    """
    template = _environment().get_template("report.html.j2")
    return template.render(
        report=report,
        for_candidate=for_candidate,
        replay="" if for_candidate else replay,
        style=Markup((HERE / "report.css").read_text(encoding="utf-8")),
        checks=CHECKS,
        status=STATUS,
        signals=SIGNALS,
        candidate_kinds=CANDIDATE_KINDS,
    )


def pdf(report: Report, *, for_candidate: bool = False, replay: str = "") -> bytes:
    """The same page on A4. Nothing is fetched, whatever an address in the text says."""
    import weasyprint  # late, as are the plots: a server must not wait for what few reports need

    text = html(report, for_candidate=for_candidate, replay=replay)
    page = weasyprint.HTML(string=text, url_fetcher=_refuse)
    made: bytes = page.write_pdf()
    return made


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {
        "visible": visible,
        "day": _day,
        "moment": _moment,
        "figure": _figure,
        "svg": _svg,
        "described": described,
    }
    return environment


def _svg(plot: Plot) -> Markup:
    from sandbox.render.figures import svg

    return Markup(svg(plot))


def _day(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%d %B %Y, %H:%M UTC")


def _moment(at_ms: int, since_ms: int) -> str:
    """The clock of the replay: `2:05` since the beginning, `1:02:05` from an hour on."""
    seconds = max(0, at_ms - since_ms) // 1000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"


def _figure(value: float) -> str:
    if value == int(value) and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:.3g}"


def _refuse(url: str, *_: Any, **__: Any) -> Any:
    raise ValueError(f"the report fetches nothing, and not {url[:80]!r}")
