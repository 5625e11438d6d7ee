/** What the judge found, check by check, with the figures behind it. */

import type { Judgement } from "../protocol";
import type { Measurement, Plot, Scorecard, Verdict, WallTime } from "../scorecard";
import { Jump } from "../replay/Jump";
import { duration, figure } from "../ui/figures";
import { Banner, Empty } from "../ui/parts";
import { PlotView } from "../ui/PlotView";
import { CHECK_NAMES, InformationChip, StatusChip, statusLine, WALL_TIME } from "./status";

export function Verdicts({
  judgement,
  interview,
  unseen,
}: {
  judgement: Judgement | null;
  interview: string;
  /** How much speed a cheat could have gained unseen, in words; may be empty. */
  unseen: string;
}) {
  return (
    <section className="report-section" aria-labelledby="verdicts">
      <h2 id="verdicts">Measured by the judge</h2>
      <State judgement={judgement} />
      {judgement?.scorecard ? (
        <>
          <Card
            scorecard={judgement.scorecard}
            judgement={judgement}
            interview={interview}
            unseen={unseen}
          />
          <Files interview={interview} number={judgement.id} scorecard={judgement.scorecard} />
        </>
      ) : null}
    </section>
  );
}

function State({ judgement }: { judgement: Judgement | null }) {
  if (!judgement)
    return (
      <Empty title="Not judged">
        The judge runs when the candidate submits, or when the interviewer asks for it.
      </Empty>
    );
  if (judgement.state === "failed") {
    return (
      <Banner tone="bad">
        The judge could not work: {judgement.fault} That says nothing about the candidate. Run it again from
        the room.
      </Banner>
    );
  }
  if (judgement.state !== "judged")
    return <Banner tone="info">The judge is at work; this page shows the result when it is there.</Banner>;
  return null;
}

function Card({
  scorecard,
  judgement,
  interview,
  unseen,
}: {
  scorecard: Scorecard;
  judgement: Judgement;
  interview: string;
  unseen: string;
}) {
  return (
    <>
      <p className="muted">
        {statusLine(scorecard.verdicts)}.{" "}
        {judgement.by === "submit" ? "On the submission" : "On the files at the time"},{" "}
        <Jump interview={interview} at={judgement.at} long />, {scorecard.budget} budget, {duration(scorecard.wall_s * 1000)},{" "}
        {CONTAINED[scorecard.runtime] ?? scorecard.runtime}.
      </p>
      <div className="verdicts">
        {scorecard.verdicts.map((verdict) => (
          <VerdictCard key={verdict.check} verdict={verdict} unseen={verdict.check === "law" ? unseen : ""} />
        ))}
        {scorecard.wall_time ? <WallTimeCard wall={scorecard.wall_time} /> : null}
      </div>
      <p className="small muted fingerprint">
        {scorecard.challenge} version {scorecard.challenge_version} · submission {scorecard.submission.sha256}{" "}
        · seed commitment {scorecard.seed_commitment}
      </p>
    </>
  );
}

/** What somebody else needs to work the verdict out again. */
function Files({
  interview,
  number,
  scorecard,
}: {
  interview: string;
  number: number;
  scorecard: Scorecard;
}) {
  const at = `/api/rooms/${encodeURIComponent(interview)}/judgements/${number}`;
  return (
    <p className="small no-print">
      {scorecard.score ? (
        <a href={`${at}/scorecard`} download data-testid="scorecard-file">
          Scorecard as JSON
        </a>
      ) : (
        "Scorecard as JSON: once your marks are filed, since it has the machine’s suggestion"
      )}
      {scorecard.record_sha256 ? (
        <>
          {" · "}
          <a href={`${at}/record`} download data-testid="record-file">
            Record of the judgement
          </a>{" "}
          (verify with <code>probe verify SCORECARD RECORD</code>; it has the hidden prompts)
        </>
      ) : null}
    </p>
  );
}

const CONTAINED: Readonly<Record<string, string>> = {
  docker: "run in a container",
  embedded: "run in the embedded sandbox",
  none: "run without a sandbox",
};

function VerdictCard({ verdict, unseen }: { verdict: Verdict; unseen: string }) {
  return (
    <article
      className={`card verdict ${verdict.status}`}
      data-testid={`verdict-${verdict.check}`}
      data-status={verdict.status}
    >
      <header className="row">
        <h3>{CHECK_NAMES[verdict.check] ?? verdict.check}</h3>
        <span className="grow" />
        <StatusChip status={verdict.status} />
      </header>
      <p>{verdict.summary}</p>
      {verdict.diagnosis ? <p className="diagnosis">{verdict.diagnosis}</p> : null}
      {unseen ? <p data-testid="unseen">{unseen}</p> : null}
      {verdict.measurements.length > 0 ? <Measurements rows={verdict.measurements} /> : null}
      <Plots plots={verdict.plots} />
    </article>
  );
}

/** By the clock, on a real pair: beside the verdicts, never in the score. */
function WallTimeCard({ wall }: { wall: WallTime }) {
  return (
    <article className="card verdict information" data-testid="wall-time" data-outcome={wall.outcome}>
      <header className="row">
        <h3>{WALL_TIME}</h3>
        <span className="grow" />
        <InformationChip />
      </header>
      <p>{wall.summary}</p>
      {wall.explanation ? <p className="diagnosis">{wall.explanation}</p> : null}
      {wall.measurements.length > 0 ? <Measurements rows={wall.measurements} /> : null}
      <Plots plots={wall.plots} />
    </article>
  );
}

function Plots({ plots }: { plots: readonly Plot[] }) {
  if (plots.length === 0) return null;
  return (
    <div className="plots">
      {plots.map((plot) => (
        <PlotView key={plot.title} plot={plot} />
      ))}
    </div>
  );
}

function Measurements({ rows }: { rows: readonly Measurement[] }) {
  return (
    <div className="scroll">
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Measured</th>
            <th scope="col" className="num">
              Value
            </th>
            <th scope="col" className="num">
              Interval
            </th>
            <th scope="col">Unit</th>
            <th scope="col" className="num">
              n
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.name}>
              <th scope="row">{row.name}</th>
              <td className="num">{figure(row.value)}</td>
              <td className="num">
                {row.low === row.high ? "exact" : `${figure(row.low)} to ${figure(row.high)}`}
              </td>
              <td>{row.unit}</td>
              <td className="num">{figure(row.n)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
