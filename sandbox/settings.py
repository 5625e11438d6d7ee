"""What an operator can choose. Built once, from the command line; handed down."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sandbox.core.outbound import Endpoint
from sandbox.store.database import Durability

RuntimeChoice = Literal["auto", "docker", "embedded", "memory"]
PROJECT = Path(__file__).resolve().parent.parent
"""Where challenges/ and the packages are, in a checkout and in an installed wheel alike."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    data: Path = Path("data")
    database_url: str = ""
    """Empty: SQLite in the data folder."""
    durability: Durability = "power-loss"
    """What everything that was shown survives; see `sandbox.store.database`."""
    runtime: RuntimeChoice = "auto"
    broker: Path | None = None
    """Socket of the process that starts jails for us; None: this process starts them, by `runtime`."""
    warm: int = 1
    """Sandboxes that stand ready for whoever comes next; 0 keeps none."""
    keep_days: int | None = None
    """Days after its end when an interview is deleted; None keeps it until somebody deletes it."""
    challenges: Path = PROJECT / "challenges"
    pairs: Path = PROJECT / "pairs"
    filter_challenge: str = "filter-llm-serving"
    probe_challenge: str = "speculative-decoding"
    base_url: str = "http://127.0.0.1:8800"
    """Where browsers find us; links begin with it."""
    static: Path = PROJECT / "sandbox" / "static"
    """The built pages."""
    endpoints: tuple[Endpoint, ...] = ()
    """Who is told what was decided; see `sandbox.endpoints`."""
