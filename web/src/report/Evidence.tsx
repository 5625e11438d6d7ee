/** What there is to read: the review, the code, tests and bench, notes, the timeline and its seal. */

import { useMemo } from "react";

import { readOnly } from "../editor/code";
import { commenting, setComments } from "../editor/comments";
import type { Report } from "../protocol";
import { Support } from "./Support";
import { Jump } from "../replay/Jump";
import { BenchReportView } from "../room/BenchPanel";
import { StaticEditor } from "../room/editors";
import { OutcomeChip } from "../room/OutputPanel";
import { STAGE_NAMES } from "../stages";
import { TestsReport } from "../room/TestsPanel";
import { duration } from "../ui/figures";
import { Banner, Empty } from "../ui/parts";
import { Signal } from "../ui/Signal";

export function Evidence({ report }: { report: Report }) {
  return (
    <>
      <Review review={report.review} />
      <Support report={report} />
      <Code files={report.files} />
      <section className="report-section" aria-labelledby="visible">
        <h2 id="visible">What the candidate saw</h2>
        <p className="muted small">From inside the candidate's sandbox: for looking at, never for scoring.</p>
        <div className="card">
          <TestsReport tests={report.tests} />
        </div>
        <div className="card">
          <BenchReportView bench={report.bench} />
        </div>
        <Runs runs={report.runs} interview={report.interview.id} />
      </section>
      <Notes notes={report.notes} interview={report.interview.id} />
      <Signals signals={report.signals} interview={report.interview.id} />
      <Timeline report={report} />
    </>
  );
}

function Review({ review }: { review: Report["review"] }) {
  const extensions = useMemo(
    () => [readOnly(`${review.exhibit.path}, as reviewed`), commenting(null)],
    [review.exhibit.path],
  );
  const counts = useMemo(() => {
    const found = new Map<number, number>();
    for (const { line } of review.comments) found.set(line, (found.get(line) ?? 0) + 1);
    return found;
  }, [review.comments]);
  return (
    <section className="report-section" aria-labelledby="review">
      <h2 id="review">Review</h2>
      {review.summary ? (
        <blockquote className="review-summary">{review.summary}</blockquote>
      ) : (
        <p className="muted">No summary was written.</p>
      )}
      <div className="two-columns review-columns">
        <div className="card code-card">
          <div className="file-head">
            <span className="mono small">{review.exhibit.path}</span>
          </div>
          <StaticEditor
            text={review.exhibit.text}
            extensions={extensions}
            onView={(view) => view?.dispatch({ effects: setComments.of({ counts, active: null }) })}
          />
        </div>
        {review.comments.length > 0 ? (
          <ol className="review-comments">
            {review.comments.map(({ line, text }, at) => (
              <li key={at}>
                <span className="chip accent">line {line}</span>
                <p>{text}</p>
              </li>
            ))}
          </ol>
        ) : (
          <Empty title="No comments on lines" />
        )}
      </div>
    </section>
  );
}

function Code({ files }: { files: Report["files"] }) {
  return (
    <section className="report-section" aria-labelledby="code">
      <h2 id="code">Code</h2>
      {files.length === 0 ? <Empty title="No files">The build stage did not begin.</Empty> : null}
      {files.map((file) => (
        <details key={file.path} className="card code-card" open>
          <summary className="file-head mono">{file.path}</summary>
          <CodeView path={file.path} text={file.text} />
        </details>
      ))}
    </section>
  );
}

function CodeView({ path, text }: { path: string; text: string }) {
  const extensions = useMemo(() => readOnly(path), [path]);
  return (
    <>
      <div className="no-print">
        <StaticEditor text={text} extensions={extensions} />
      </div>
      <pre className="print-only">{text}</pre>
    </>
  );
}

function Runs({ runs, interview }: { runs: Report["runs"]; interview: string }) {
  if (runs.length === 0) return null;
  return (
    <details>
      <summary>{runs.length === 1 ? "1 run" : `${runs.length} runs`}</summary>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Started</th>
            <th scope="col">What</th>
            <th scope="col">Outcome</th>
            <th scope="col" className="num">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {runs.map((run) => (
            <tr key={run.id}>
              <td>
                <Jump interview={interview} at={run.at} />
              </td>
              <td className="mono">{run.label}</td>
              <td>
                <OutcomeChip run={run} />
              </td>
              <td className="num">{run.finished_at === null ? "" : duration(run.finished_at - run.at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Notes({ notes, interview }: { notes: Report["notes"]; interview: string }) {
  return (
    <section className="report-section" aria-labelledby="notes">
      <h2 id="notes">Notes</h2>
      {notes.length === 0 ? <p className="muted">No notes were written.</p> : null}
      <ul className="report-notes">
        {notes.map((note) => (
          <li key={note.id}>
            <span>
              <Jump interview={interview} at={note.at} /> <span className="small muted">{STAGE_NAMES[note.stage]}</span>
            </span>
            <p>{note.text}</p>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Signals({ signals, interview }: { signals: Report["signals"]; interview: string }) {
  return (
    <section className="report-section" aria-labelledby="signals">
      <h2 id="signals">Signals</h2>
      <p className="muted small">
        Pastes, large inserts, changes of rhythm and times when the page was hidden. Facts to ask about: they
        change no suggestion and no mark.
      </p>
      {signals.length === 0 ? <p className="muted">None.</p> : null}
      <ol className="timeline">
        {signals.map((one, at) => (
          <Signal key={at} signal={one}>
            <Jump interview={interview} at={one.at} />
          </Signal>
        ))}
      </ol>
    </section>
  );
}

function Timeline({ report }: { report: Report }) {
  const { timeline, chain } = report;
  return (
    <section className="report-section" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <Banner tone={chain.intact ? "good" : "bad"}>
        {chain.intact
          ? `✓ The event log is intact: ${chain.events.toLocaleString("en")} events, each sealed by the hash of the one before. Head `
          : "✕ The event log does not fit its hashes: something was changed after the fact. Treat this report with care. Head "}
        <code>{chain.head.slice(0, 16)}</code>
      </Banner>
      <details open={timeline.length <= 60}>
        <summary>{timeline.length} entries</summary>
        <ol className="timeline">
          {timeline.map((one, at) => (
            <li key={at}>
              <Jump interview={report.interview.id} at={one.at} />
              <span className="chip">{one.kind}</span>
              <span className="grow">{one.text}</span>
            </li>
          ))}
        </ol>
      </details>
    </section>
  );
}
