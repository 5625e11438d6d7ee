/** The hidden judge on demand: progress, and verdicts in short. The report has the rest. */

import type { Judgement } from "../protocol";
import { useAct, useView } from "../room/context";
import { InformationChip, StatusChip, statusLine, CHECK_NAMES, WALL_TIME } from "../report/status";
import { duration } from "../ui/figures";
import { Chip, Empty, Time } from "../ui/parts";

export function JudgePanel() {
  const { judgements = [], stage, interview } = useView();
  const act = useAct();
  const busy = judgements.some((one) => one.state === "queued" || one.state === "running");
  const early = stage === "lobby" || stage === "filter";
  return (
    <div className="column" data-testid="judge-panel">
      <div className="judge-start stack">
        <p className="small muted">
          {early
            ? "The judge runs on the build stage's files. It can start once that stage has begun."
            : "Runs the hidden checks on the files as they are now: quickly with the button below, or in full. The candidate sees nothing of it."}
        </p>
        <div className="row">
          <button
            type="button"
            className="button"
            data-testid="judge-full"
            disabled={busy || early}
            onClick={() => void act("judge_now", { budget: "full" })}
          >
            Judge in full
          </button>
          <span className="grow" />
          <a
            className="small"
            href={`/report/${encodeURIComponent(interview.id)}`}
            target="_blank"
            rel="noreferrer"
          >
            Open the report
          </a>
        </div>
      </div>
      {judgements.length === 0 ? (
        <Empty title="Not judged yet">
          A quick judgement says early whether the sampled text still follows the target model.
        </Empty>
      ) : (
        <ol className="judgements scroll fill">
          {[...judgements].reverse().map((one) => (
            <Item key={one.id} judgement={one} />
          ))}
        </ol>
      )}
    </div>
  );
}

function Item({ judgement }: { judgement: Judgement }) {
  const { scorecard, progress, state } = judgement;
  return (
    <li className="judgement" data-state={state}>
      <div className="row wrap">
        <strong>{judgement.by === "submit" ? "Submission" : "On request"}</strong>
        <span className="small muted">{judgement.budget}</span>
        <Time at={judgement.at} />
        <span className="grow" />
        <State judgement={judgement} />
      </div>
      {state === "running" && progress ? (
        <div className="progress" role="status">
          <div className="row small">
            <span>{CHECK_NAMES[progress.check] ?? progress.check}</span>
            <span className="muted grow">{progress.note}</span>
            <span className="muted">
              {progress.done}/{progress.of}
            </span>
          </div>
          <progress value={progress.done} max={progress.of} aria-label={`${progress.check} progress`} />
        </div>
      ) : null}
      {judgement.fault ? (
        <p className="problem small">
          {judgement.fault} This is our fault, not the candidate's; run it again.
        </p>
      ) : null}
      {scorecard ? (
        <>
          <p className="small muted">
            {statusLine(scorecard.verdicts)} in {duration(scorecard.wall_s * 1000)}.
            {scorecard.score ? ` Suggested: ${scorecard.score.suggested} of 5.` : null}
          </p>
          <ul className="verdict-lines">
            {scorecard.verdicts.map((verdict) => (
              <li key={verdict.check}>
                <StatusChip status={verdict.status} />
                <div>
                  <strong>{CHECK_NAMES[verdict.check] ?? verdict.check}</strong>
                  <div className="small muted">{verdict.diagnosis || verdict.summary}</div>
                </div>
              </li>
            ))}
            {scorecard.wall_time ? (
              <li data-testid="wall-time">
                <InformationChip />
                <div>
                  <strong>{WALL_TIME}</strong>
                  <div className="small muted">{scorecard.wall_time.summary}</div>
                </div>
              </li>
            ) : null}
          </ul>
        </>
      ) : null}
    </li>
  );
}

function State({ judgement }: { judgement: Judgement }) {
  switch (judgement.state) {
    case "queued":
      return <Chip tone="info">queued</Chip>;
    case "running":
      return (
        <Chip tone="info">
          <i className="dot pulse" aria-hidden="true" /> running
        </Chip>
      );
    case "judged":
      return <Chip tone="plain">judged</Chip>;
    case "failed":
      return <Chip tone="bad">could not judge</Chip>;
    default:
      return judgement.state satisfies never;
  }
}
