/** The room as the candidate saw it: files with cursors and results, or the review. */

import { EditorView } from "@codemirror/view";
import { useEffect, useMemo, useRef, useState } from "react";

import { readOnly } from "../editor/code";
import { commenting, setComments } from "../editor/comments";
import { replayed, showThen } from "../editor/replayed";
import { BenchReportView } from "../room/BenchPanel";
import { StaticEditor } from "../room/editors";
import { RunTranscript, useStickToEnd } from "../room/OutputPanel";
import { TestsReport } from "../room/TestsPanel";
import { Empty } from "../ui/parts";
import { Split } from "../ui/Split";
import { Tabs } from "../ui/Tabs";
import { candidateFileAt, caretsAt } from "./carets";
import { benchAt, newestResult, runsAt, stageAt, testsAt, transcriptsAt } from "./moment";
import type { Player } from "./player";
import { countUntil, msOf } from "./sorted";
import { TerminalThen } from "./TerminalThen";
import { shownAt, Texts } from "./texts";
import { usePlayer } from "./usePlayer";

export function Stage({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const texts = useMemo(() => new Texts(player.recording), [player]);
  const stage = stageAt(player.recording, ms);
  if (stage === "lobby") {
    return (
      <main className="column">
        <Empty title="In the lobby">Nothing was written here. Play on, or choose an event on the right.</Empty>
      </main>
    );
  }
  if (stage === "filter") return <Review player={player} texts={texts} />;
  return (
    <main className="column" aria-label="The candidate's room">
      <Split
        name="replay-output"
        direction="column"
        initial={62}
        first={<Files player={player} texts={texts} />}
        second={<Results player={player} />}
      />
    </main>
  );
}

function Files({ player, texts }: { player: Player; texts: Texts }) {
  const { recording } = player;
  const { ms } = usePlayer(player);
  const [follow, setFollow] = useState(true);
  const [chosen, setChosen] = useState<string>(recording.probe.entry);
  const there = shownAt(recording, ms);
  const names = namesOf(player, there);
  const wanted = follow ? (candidateFileAt(recording, ms) ?? chosen) : chosen;
  const file = names.includes(wanted) ? wanted : (names[0] ?? null);
  const number = recording.texts.findIndex(
    (text, at) => text.kind === "file" && text.name === file && there.has(at),
  );
  return (
    <div className="column">
      <Tabs
        label="The candidate's files"
        selected={file ?? ""}
        onSelect={(name) => {
          setFollow(false);
          setChosen(name);
        }}
        items={names.map((name) => ({ id: name, label: <span className="mono">{name}</span> }))}
        after={
          <div className="row grow file-actions">
            <span className="grow" />
            <label className="row small">
              <input type="checkbox" checked={follow} onChange={(event) => setFollow(event.target.checked)} />
              Follow {recording.interview.candidate_name}
            </label>
          </div>
        }
      />
      {file === null ? (
        <Empty title="There was no file" />
      ) : (
        <FileThen key={file} player={player} texts={texts} file={file} number={number} follow={follow} />
      )}
    </div>
  );
}

/** The file that is judged first, then by name: as the candidate's tabs were. */
function namesOf({ recording }: Player, there: ReadonlySet<number>): string[] {
  const { entry } = recording.probe;
  return recording.texts
    .filter((text, at) => text.kind === "file" && there.has(at))
    .map((text) => text.name)
    .sort((a, b) => Number(b === entry) - Number(a === entry) || a.localeCompare(b));
}

function FileThen(props: { player: Player; texts: Texts; file: string; number: number; follow: boolean }) {
  const { player, texts, file, number, follow } = props;
  const { ms } = usePlayer(player);
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  useEffect(() => {
    if (!box.current) return undefined;
    const opened = new EditorView({ parent: box.current, extensions: replayed(`${file}, as it was`) });
    view.current = opened;
    return () => {
      view.current = null;
      opened.destroy();
    };
  }, [file]);
  useEffect(() => {
    const text = texts.at(ms).get(number) ?? "";
    if (view.current) showThen(view.current, text, caretsAt(player.recording, file, ms), follow);
  }, [player, texts, file, number, ms, follow]);
  return <div className="editor fill" ref={box} data-testid="replay-editor" />;
}

function Results({ player }: { player: Player }) {
  const { recording } = player;
  const { ms } = usePlayer(player);
  const newest = newestResult(recording, ms);
  const [tab, setTab] = useState("output");
  useEffect(() => {
    if (newest) setTab(newest.tab);
  }, [newest?.tab, newest?.ms]);
  return (
    <section className="column results" aria-label="Results">
      <Tabs
        label="Results"
        selected={tab}
        onSelect={setTab}
        panelId="results"
        items={[
          { id: "output", label: "Output" },
          { id: "tests", label: "Tests" },
          { id: "bench", label: "Bench" },
          { id: "terminal", label: "Terminal" },
        ]}
      />
      <div className="results-body" id="results" role="tabpanel" aria-label={tab}>
        {tab === "output" ? <OutputThen player={player} /> : null}
        {tab === "tests" ? <TestsThen player={player} /> : null}
        {tab === "bench" ? <BenchThen player={player} /> : null}
        {tab === "terminal" ? <TerminalThen player={player} /> : null}
      </div>
    </section>
  );
}

const SHOWN_RUNS = 20;

/** How many runs had begun and ended: what a list of them depends on. */
function useRunCount({ recording }: Player, ms: number): number {
  const now = recording.starts_at + ms;
  return recording.runs.reduce(
    (sum, run) => sum + Number(run.at <= now) + Number(run.finished_at !== null && run.finished_at <= now),
    0,
  );
}

function OutputThen({ player }: { player: Player }) {
  const { recording } = player;
  const { ms } = usePlayer(player);
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(ms);
  latest.current = ms;
  const changed = useRunCount(player, ms);
  const shown = countUntil(recording.outputs, ms, msOf);
  const runs = useMemo(() => runsAt(recording, latest.current).slice(-SHOWN_RUNS), [recording, changed]);
  const transcripts = useMemo(() => transcriptsAt(recording, latest.current), [recording, shown]);
  useStickToEnd(box);
  return (
    <div className="output scroll" ref={box} role="log" aria-live="off" aria-label="Output" tabIndex={0} data-testid="replay-output">
      {runs.length === 0 ? <Empty title="Nothing had run yet" /> : null}
      {runs.map((run) => (
        <RunTranscript
          key={run.id}
          run={run}
          transcript={transcripts.get(run.id) ?? { pieces: [], dropped: 0 }}
        />
      ))}
    </div>
  );
}

function TestsThen({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const tests = testsAt(player.recording, ms);
  return tests ? <TestsReport tests={tests} /> : <Empty title="The tests had not run yet" />;
}

function BenchThen({ player }: { player: Player }) {
  const { recording } = player;
  const { ms } = usePlayer(player);
  const latest = useRef(ms);
  latest.current = ms;
  const changed = useRunCount(player, ms) + countUntil(recording.rows, ms, msOf) + countUntil(recording.strips, ms, msOf) + countUntil(recording.bench_texts, ms, msOf);
  const bench = useMemo(() => benchAt(recording, latest.current), [recording, changed]);
  return bench ? <BenchReportView bench={bench} /> : <Empty title="The bench had not run yet" />;
}

function Review({ player, texts }: { player: Player; texts: Texts }) {
  const { recording } = player;
  const { ms } = usePlayer(player);
  const { exhibit } = recording.filter;
  const editor = useRef<EditorView | null>(null);
  const extensions = useMemo(
    () => [readOnly(`${exhibit.path}, as reviewed`), commenting(null)],
    [exhibit.path],
  );
  const there = shownAt(recording, ms);
  const stands = texts.at(ms);
  const comments = recording.texts
    .flatMap((text, at) =>
      text.kind === "comment" && there.has(at) ? [{ at, line: text.line, text: stands.get(at) ?? "" }] : [],
    )
    .sort((a, b) => a.line - b.line || a.at - b.at);
  const summary = stands.get(recording.texts.findIndex((text) => text.kind === "summary")) ?? "";
  const lines = comments.map((one) => one.line).join();
  const mark = () => {
    const counts = new Map<number, number>();
    for (const { line } of comments) counts.set(line, (counts.get(line) ?? 0) + 1);
    editor.current?.dispatch({ effects: setComments.of({ counts, active: null }) });
  };
  useEffect(mark, [lines]);
  return (
    <main className="column" aria-label="The candidate's review">
      <Split
        name="replay-review"
        direction="row"
        initial={60}
        least={25}
        first={
          <section className="column" aria-label="File under review">
            <div className="file-head">
              <span className="mono small">{exhibit.path}</span>
            </div>
            <StaticEditor
              text={exhibit.text}
              extensions={extensions}
              onView={(opened) => {
                editor.current = opened;
                mark();
              }}
            />
          </section>
        }
        second={
          <section className="column scroll review-then" aria-label="The review" data-testid="replay-review">
            <h2>Comments</h2>
            {comments.length === 0 ? <p className="muted">None yet.</p> : null}
            <ol className="review-comments">
              {comments.map(({ at, line, text }) => (
                <li key={at}>
                  <span className="chip accent">line {line}</span>
                  <p>{text}</p>
                </li>
              ))}
            </ol>
            <h2>Summary</h2>
            {summary ? <p className="reason">{summary}</p> : <p className="muted">Nothing yet.</p>}
          </section>
        }
      />
    </main>
  );
}
