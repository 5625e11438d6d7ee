"""What candidates are told is recorded, what they get of it, whom they can ask again, what is forgotten."""

from __future__ import annotations

import asyncio
import io
import json
import time
import zipfile
from functools import reduce
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DatabaseError

from sandbox.cli import main
from sandbox.core import audit as au
from sandbox.core import events as ev
from sandbox.core.chain import verify
from sandbox.core.claims import MAX_CONTESTS, answer_contest, ask_deletion, contest
from sandbox.core.evolve import evolve
from sandbox.core.interview import Interview
from sandbox.core.recorded import RECORDED
from sandbox.core.refusal import NotAllowed
from sandbox.core.retention import DAY_US, due, in_words
from sandbox.core.rights_events import Contested
from sandbox.store import schema
from tests.sandbox.challenges import CANARY
from tests.sandbox.conftest import Plane, serve
from tests.sandbox.page import Page
from tests.sandbox.test_cli import options

ROOT = Path(__file__).resolve().parents[2]


# -- what is recorded, and for how long


def test_every_kind_of_event_stands_in_one_line_of_what_candidates_are_told() -> None:
    kinds = [kind for line in RECORDED for kind in line.kinds]
    assert sorted(kinds) == sorted(ev.KINDS)


def test_the_candidates_chapter_says_what_the_lobby_says() -> None:
    chapter = " ".join((ROOT / "docs/candidate.md").read_text().replace("\n", " ").split())
    assert [line.text for line in RECORDED if line.text not in chapter] == []


async def test_the_lobby_says_it_before_there_is_consent(tmp_path: Path, challenges: Path) -> None:
    async with serve(tmp_path / "data", challenges, keep_days=30) as plane:
        interview = plane.interview()
        cookies = await plane.cookies(interview, "candidate")
        async with httpx.AsyncClient(base_url=plane.base, cookies=cookies) as ada:
            plan = (await ada.get(f"/api/rooms/{interview}/candidate/materials")).json()["plan"]
    assert plan["recorded"] == [line.text for line in RECORDED]
    assert "30 days after the end" in plan["kept"]


def test_retention_counts_whole_days_and_none_is_for_ever() -> None:
    assert not due(0, 2, 2 * DAY_US - 1)
    assert due(0, 2, 2 * DAY_US)
    assert not due(0, None, 10**18)
    assert "until it is deleted" in in_words(None)
    assert "1 day after" in in_words(1)


# -- asking a person again


def folded(*events: ev.Event) -> Interview:
    """Of a decided interview, and of what came after."""
    first = ev.Created(
        interview="i",
        candidate_name="Ada",
        interviewer_name="Grace",
        filter=ev.ChallengeRef(slug="f", version=1, minutes=15),
        probe=ev.ChallengeRef(slug="p", version=1, minutes=45),
    )
    entries = [
        ev.Entry(seq=seq, at_us=seq * 1000, author="host", event=event)
        for seq, event in enumerate((first, *events), start=1)
    ]
    state = reduce(evolve, entries, None)
    assert state is not None
    return state


DECIDED = ev.Decided(outcome="stop", name="Grace", reason="r")


def test_a_contest_needs_a_decision_a_text_and_an_answer_to_the_one_before() -> None:
    with pytest.raises(NotAllowed, match="decided yet"):
        contest(folded(), "look again")
    with pytest.raises(NotAllowed, match="Write what"):
        contest(folded(DECIDED), "  ")
    asked = contest(folded(DECIDED), " look again ")
    assert asked == Contested(text="look again")
    with pytest.raises(NotAllowed, match="not been answered"):
        contest(folded(DECIDED, asked), "and again")
    answered = answer_contest(folded(DECIDED, asked), name="Grace", text="I did.")
    assert contest(folded(DECIDED, asked, answered), "and again") == Contested(text="and again")
    with pytest.raises(NotAllowed, match=f"{MAX_CONTESTS} times"):
        contest(folded(DECIDED, *(asked, answered) * MAX_CONTESTS), "once more")


def test_an_answer_is_a_named_persons() -> None:
    asked = Contested(text="look again")
    with pytest.raises(NotAllowed, match="nothing to answer"):
        answer_contest(folded(DECIDED), name="Grace", text="I did.")
    with pytest.raises(NotAllowed, match="name"):
        answer_contest(folded(DECIDED, asked), name=" ", text="I did.")


def test_deletion_is_asked_for_once() -> None:
    (asked,) = ask_deletion(folded(), "private")
    assert folded(asked).rights.deletion_reason == "private"
    assert ask_deletion(folded(asked), "again") == []


# -- a whole interview


async def whole(plane: Plane, word: str) -> str:
    """``word`` is typed, said, noted, judged and decided with."""
    interview = plane.interview()
    async with (
        await plane.page(interview, "candidate") as ada,
        await plane.page(interview, "interviewer") as grace,
    ):
        await ada.do("consent")
        await grace.do("move_stage", stage="filter")
        ada.summary += f"{word}-typed"
        await ada.do("say", text=f"{word}-said")
        await ada.do("paste", where="summary", characters=4, text=f"{word}-pasted")
        await grace.do("add_note", text=f"{word}-noted by {CANARY}")
        await grace.do("tick", finding="engineering-flag", on=True)
        await grace.do("move_stage", stage="probe")
        await ada.do("run", path="specdec.py", line=None)
        await ada.until(lambda: ada.view["runs"] and ada.view["runs"][0]["outcome"])
        await ada.do("submit")
        await grace.until(lambda: grace.view["judgements"] and grace.view["judgements"][0]["scorecard"])
        await grace.do("move_stage", stage="finished")
        await grace.do("mark", axis="engineering", score=2, reason=f"{word}-engineering")
        await grace.do("mark", axis="research", score=1, reason=f"{word}-research")
    return interview


async def decide(plane: Plane, interview: str, word: str) -> None:
    async with await plane.host() as host:
        body = {"outcome": "stop", "reason": f"{word}-decided", "name": "Barbara"}
        assert (await host.post(f"/api/rooms/{interview}/decision", json=body)).status_code == 200


def client(plane: Plane, cookies: httpx.Cookies) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=plane.base, cookies=cookies)


async def test_the_candidate_reads_the_reasons_contests_and_reads_a_persons_answer(plane: Plane) -> None:
    interview = await whole(plane, "w")
    at = f"/api/rooms/{interview}"
    async with (
        client(plane, await plane.cookies(interview, "candidate")) as ada,
        client(plane, await plane.cookies(interview, "interviewer")) as grace,
        await plane.host() as host,
    ):
        before = (await ada.get(f"{at}/mine")).json()
        assert (before["decision"], before["finished"], before["can_contest"]) == (None, True, False)
        assert "w-research" not in json.dumps(before), "marks are shown once there is a decision"
        assert (await ada.get(f"{at}/mine/explanation.html")).status_code == 409
        assert (await ada.post(f"{at}/contest", json={"text": "t"})).status_code == 409
        await decide(plane, interview, "w")
        mine = (await ada.get(f"{at}/mine")).json()
        assert [(one["score"], one["reason"]) for one in mine["decision"]["marks"]] == [
            (2, "w-engineering"),
            (1, "w-research"),
        ]
        assert mine["decision"]["name"] == "Barbara"
        assert mine["decision"]["verdicts"]
        page = await ada.get(f"{at}/mine/explanation.html")
        assert "w-research" in page.text
        assert "noted" not in page.text
        assert page.headers["content-security-policy"].startswith("sandbox")

        assert (await ada.post(f"{at}/contest", json={"text": "x" * 4_001})).status_code == 422
        assert (await ada.post(f"{at}/contest", json={"text": "Look at the cache."})).status_code == 200
        assert (await host.get("/api/interviews")).json()["interviews"][0]["contested"]
        assert (await grace.get(f"{at}/report")).json()["contests"][0]["text"] == "Look at the cache."
        assert (await host.post(f"{at}/contest/answer", json={"text": "We did."})).status_code == 409
        assert (await grace.post(f"{at}/contest/answer", json={"text": "We did."})).status_code == 200
        (answered,) = (await ada.get(f"{at}/mine")).json()["contests"]
        assert (answered["answer"]["name"], answered["answer"]["text"]) == ("Grace", "We did.")
        assert not (await host.get("/api/interviews")).json()["interviews"][0]["contested"]


async def test_the_archive_has_all_that_is_theirs_and_nothing_of_the_panel(plane: Plane) -> None:
    interview = await whole(plane, "w")
    await decide(plane, interview, "w")
    async with client(plane, await plane.cookies(interview, "candidate")) as ada:
        answer = await ada.get(f"/api/rooms/{interview}/mine/data.zip")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert set(archive.namelist()) == {
        *("README.txt", "data.json", "terminal.txt", "explanation.html"),
        *("files/specdec.py", "files/play.py", "submitted/specdec.py", "submitted/play.py"),
    }
    data = json.loads(archive.read("data.json"))
    assert data["summary"] == "w-typed"
    assert "".join(one["inserted"] for one in data["edits"]) == "w-typed"
    assert [(one["by"], one["text"]) for one in data["chat"]] == [("candidate", "w-said")]
    assert ("paste", "w-pasted") in {(one["kind"], one["text"]) for one in data["signals"]}
    assert data["runs"][0]["outputs"]
    assert data["mine"]["consented_at"]
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for secret in ("w-noted", "Ticked", "engineering-flag", f"{CANARY} guesses", "Suggested"):
        assert secret not in everything, secret


# -- deletion


def leftovers(folder: Path, word: str | bytes) -> list[str]:
    """Files that hold it, of everything there: the database, its write-ahead log, the server's own files."""
    sought = word if isinstance(word, bytes) else word.encode()
    return [str(path) for path in folder.rglob("*") if path.is_file() and sought in path.read_bytes()]


async def test_after_deletion_nothing_of_it_is_in_the_data_folder(plane: Plane) -> None:
    """R07."""
    word = "Zq9canary"
    interview, other = await whole(plane, word), await whole(plane, "kept")
    plane.store.log.pack(interview)
    with plane.store.engine.connect() as connection:
        chunks = schema.chunks
        packed = connection.scalar(select(chunks.c.packed).where(chunks.c.interview == interview))
    assert leftovers(plane.settings.data, packed[:40])
    exported = plane.settings.data / "exports" / f"report-{interview}.html"
    exported.parent.mkdir()
    exported.write_text(f"{word}-exported")
    assert leftovers(plane.settings.data, word)
    link = plane.store.interviews.links(interview).candidate.rpartition("/")[2]
    head = verify(plane.store.log.links(interview)).head
    async with (
        client(plane, await plane.cookies(interview, "candidate")) as ada,
        client(plane, await plane.cookies(interview, "interviewer")) as grace,
        await plane.host() as host,
        await plane.page(interview, "interviewer") as open_page,
    ):
        asked = await ada.post(f"/api/rooms/{interview}/mine/deletion", json={"reason": f"{word}-asked"})
        assert asked.status_code == 200
        listed = (await host.get("/api/interviews")).json()["interviews"]
        assert {one["id"]: one["deletion_asked"] for one in listed} == {interview: True, other: False}
        await open_page.until(lambda: True)
        events = len(plane.store.log.links(interview))
        body = {"reason": "asked for it", "name": "Barbara"}
        assert (await host.post(f"/api/rooms/{interview}/delete", json=body)).status_code == 200
        assert await open_page.close_code() == 4410
        assert [one["id"] for one in (await host.get("/api/interviews")).json()["interviews"]] == [other]
        assert (await grace.get(f"/api/rooms/{interview}/report")).status_code == 404
        assert (await ada.get(f"/api/rooms/{interview}/mine")).status_code == 404
        assert (await ada.post("/api/join", json={"token": link})).status_code == 404
        assert (await host.post(f"/api/rooms/{interview}/delete", json=body)).status_code == 404
    for sought in (word, interview, packed[:40]):
        assert leftovers(plane.settings.data, sought) == []
    with plane.store.engine.connect() as connection:
        for table in schema.metadata.sorted_tables:
            if "interview" in table.c:
                named = connection.execute(table.select().where(table.c.interview == interview)).all()
                assert named == [], table.name
    (entry,) = plane.store.erasure.audit()
    kept = au.read(entry)
    assert (entry.author, kept.reason, kept.interview_sha256) == (
        "Barbara",
        "asked for it",
        au.hashed(interview),
    )
    assert kept.events >= events
    assert head != kept.head, "the request to delete came after it"
    assert verify(plane.store.log.links(other)).intact, "others are untouched"


async def test_an_interview_that_is_judged_is_not_deleted_under_the_judge(plane: Plane) -> None:
    plane.judge.held = asyncio.Event()
    interview = plane.interview()
    async with await plane.page(interview, "candidate") as ada:
        await ada.do("consent")
        async with await plane.page(interview, "interviewer") as grace:
            for stage in ("filter", "probe"):
                await grace.do("move_stage", stage=stage)
            await ada.do("submit")
        async with await plane.host() as host:
            body = {"reason": "r", "name": "n"}
            refused = await host.post(f"/api/rooms/{interview}/delete", json=body)
            assert (refused.status_code, "judge is at work" in refused.text) == (409, True)
            plane.judge.held.set()
            await ada.until(lambda: not plane.judge.working)
            await ada.do("focus", visible=False)
            assert (await host.post(f"/api/rooms/{interview}/delete", json=body)).status_code == 200
            assert await ada.close_code() == 4410


async def test_the_log_refuses_any_other_deletion_and_the_audit_log_all(plane: Plane) -> None:
    interview = plane.interview()
    erasing, audit = schema.erasing, schema.audit
    row = {"interview": interview, "audit": 1}
    entry = {"seq": 1, "at_us": 0, "author": "n", "payload": b"{}", "hash": bytes(32)}
    rows = delete(schema.events).where(schema.events.c.interview == interview)

    def refused(*statements: Any, because: str) -> None:
        with plane.store.engine.connect() as connection:
            *before, last = statements
            for statement in before:
                connection.execute(statement)
            with pytest.raises(DatabaseError, match=because):
                connection.execute(last)

    refused(rows, because="append-only")
    refused(insert(erasing).values(row), because="needs its own entry")
    refused(
        insert(audit).values(entry), insert(erasing).values(row), delete(erasing), because="deleted whole"
    )
    refused(insert(audit).values(entry), delete(audit), because="audit log is append-only")
    refused(
        insert(audit).values(entry), text("UPDATE audit SET author = 'x'"), because="audit log is append-only"
    )
    assert len(plane.store.log.links(interview)) == 2


# -- retention, and the shell


async def test_what_is_due_is_deleted_but_not_what_waits_for_an_answer(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = options(tmp_path, challenges)
    async with serve(tmp_path / "data", challenges) as plane:
        gone, waits = await whole(plane, "gone"), await whole(plane, "waits")
        never_begun = plane.interview()
        await decide(plane, waits, "waits")
        async with client(plane, await plane.cookies(waits, "candidate")) as ada:
            await ada.post(f"/api/rooms/{waits}/contest", json={"text": "why?"})
        assert main(["retention", "--keep-days", "1", *shared]) == 1
        assert "A server runs" in capsys.readouterr().err
    log = plane.store.log
    ended = log.ended()
    assert set(ended) == {gone, waits}
    (tmp_path / "data" / "alive").unlink()
    assert main(["retention", "--keep-days", "1", *shared]) == 0
    assert capsys.readouterr().out == ""
    later = time.time_ns() // 1000 + 2 * DAY_US
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sandbox.rights_cli._now_us", lambda: later)
        assert main(["retention", "--keep-days", "1", "--dry-run", *shared]) == 0
        listed = capsys.readouterr().out
        assert set(log.ids()) == {gone, waits, never_begun}
        assert main(["retention", "--keep-days", "1", *shared]) == 0
    done = capsys.readouterr().out
    assert f"{gone}  ended" in listed
    assert "would go" in listed
    assert "kept: The candidate waits for an answer." in listed
    assert done.count("deleted") == 1
    assert set(log.ids()) == {waits, never_begun}
    assert leftovers(tmp_path / "data", "gone-") == []
    assert main(["audit", *shared]) == 0
    printed = capsys.readouterr().out
    assert "deleted by retention: retention" in printed
    assert "intact: 1 entries" in printed


async def test_a_server_deletes_what_is_due_by_itself(
    tmp_path: Path, challenges: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve(tmp_path / "data", challenges) as plane:
        await whole(plane, "gone")
        kept = plane.interview()
    monkeypatch.setattr("sandbox.app.now_us", lambda: time.time_ns() // 1000 + 2 * DAY_US)
    async with serve(tmp_path / "data", challenges, keep_days=1) as plane:
        for _ in range(1_000):
            if plane.store.erasure.audit() and not plane.store.erasure.unscrubbed:
                break
            await asyncio.sleep(0.02)
        assert plane.store.log.ids() == [kept]
        (entry,) = plane.store.erasure.audit()
        assert (entry.author, au.read(entry).reason) == ("retention", "retention")
        assert leftovers(tmp_path / "data", "gone-") == []


def test_the_shell_deletes_and_the_audit_says_so(
    tmp_path: Path, challenges: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = options(tmp_path, challenges)
    ids = []
    for name in ("Ada", "Zq9canary"):
        assert main(["interview", "new", "--candidate", name, "--interviewer", "Grace", *shared]) == 0
        capsys.readouterr()
        assert main(["interview", "list", *shared]) == 0
        ids.append(capsys.readouterr().out.split()[0])
    assert main(["interview", "delete", ids[1], "--reason", "", *shared]) == 1
    assert main(["interview", "delete", "ffff", "--reason", "r", *shared]) == 1
    capsys.readouterr()
    assert main(["interview", "delete", ids[1], "--reason", "asked", "--by", "Barbara", *shared]) == 0
    assert "2 events; entry 1" in capsys.readouterr().out
    assert leftovers(tmp_path, "Zq9canary") == []
    assert main(["interview", "delete", ids[0], "--reason", "asked too", *shared]) == 0
    assert main(["audit", "--of", ids[1], *shared]) == 0
    assert capsys.readouterr().out.count("deleted by") == 1


async def test_a_faulty_write_puts_nothing_a_candidate_typed_into_the_servers_log(plane: Plane) -> None:
    interview = plane.interview()
    row = {"interview": interview, "audit": "Zq9canary"}
    with pytest.raises(DatabaseError) as failed, plane.store.engine.begin() as connection:
        connection.execute(insert(schema.erasing), row)
    assert "Zq9canary" not in str(failed.value)


async def test_nobody_is_brought_back_into_a_room_that_is_being_deleted(plane: Plane) -> None:
    interview = plane.interview()
    cookies = await plane.cookies(interview, "candidate")
    async with await plane.host() as host:
        body = {"reason": "r", "name": "n"}
        assert (await host.post(f"/api/rooms/{interview}/delete", json=body)).status_code == 200
    page = Page(plane.base, interview, "candidate", cookies)
    await page.connect()
    assert await page.close_code() == 4404
