/** `/what-if` and `/what-if/<interview>`: what speculation should bring, to move about while talking. */

import { useEffect, useMemo, useState } from "react";

import { ApiError, fetchReport } from "../api";
import type { Report } from "../protocol";
import { Banner } from "../ui/parts";
import { PageBar } from "../ui/PageBar";
import { PlotView } from "../ui/PlotView";
import { useTitle } from "../ui/title";
import { bestGamma, breakEvenBatch, speedup, tokensPerCall, type Setting } from "../whatif/model";
import { Batches } from "../whatif/Batches";
import { overDrafts, type Measured } from "../whatif/plots";
import { Sliders } from "../whatif/Sliders";

const START: Setting = { alpha: 0.8, gamma: 4, cost: 0.1, batch: 1, ridge: 256 };

export default function WhatIf({ interview }: { interview: string | null }) {
  const [setting, setSetting] = useState<Setting>(START);
  const { report, error } = useReport(interview);
  const name = report?.interview.candidate_name;
  useTitle("What if", ...(name ? [name] : []));
  const rows = useMemo(() => report?.bench?.rows ?? [], [report]);
  const measured = useMemo<Measured[]>(
    () => rows.map((row) => ({ gamma: row.num_speculative_tokens, speedup: row.speedup })),
    [rows],
  );
  const drafts = useMemo(() => overDrafts(setting, measured), [setting, measured]);
  const rate = rows.find((row) => row.acceptance_rate !== null)?.acceptance_rate ?? null;
  return (
    <>
      <PageBar here={["What if", ...(name ? [name] : [])].join(" · ")}>
        {interview ? (
          <>
            <a className="button tiny" href={`/report/${encodeURIComponent(interview)}`}>
              Report
            </a>
            <a className="button tiny" href={`/room/${encodeURIComponent(interview)}/interviewer`}>
              Room
            </a>
          </>
        ) : null}
      </PageBar>
      <main className="cohort">
        <header>
          <p className="eyebrow">What if</p>
          <h1>When does speculation pay?</h1>
          <p className="lead">
            Expected speed-up over plain decoding, for accept decisions that do not depend on each other. Move
            a number and say first what you think will happen.
          </p>
        </header>
        {error ? (
          <Banner tone="warn">
            The interview’s own figures cannot be shown. {error.message} {error.hint}
          </Banner>
        ) : null}
        <div className="what-if">
          <div className="stack">
            <Sliders setting={setting} onChange={setSetting} />
            {rate === null ? null : (
              <button
                type="button"
                className="button"
                onClick={() => setSetting({ ...setting, alpha: Math.round(rate * 100) / 100 })}
              >
                Use the acceptance rate that was measured
              </button>
            )}
          </div>
          <div className="stack">
            <Answer setting={setting} />
            <div className="card pad">
              <PlotView plot={drafts} />
            </div>
            <Batches setting={setting} />
          </div>
        </div>
      </main>
    </>
  );
}

function Answer({ setting }: { setting: Setting }) {
  const gain = speedup(setting);
  const best = bestGamma(setting);
  const batch = breakEvenBatch(setting);
  return (
    <section className="card pad stack" aria-live="polite" data-testid="what-if-answer">
      <p className="what-if-gain">
        <b>{gain.toFixed(2)}×</b> <span className="muted">plain decoding</span>
      </p>
      <p>
        {tokensPerCall(setting.alpha, setting.gamma).toFixed(2)} tokens a target call.{" "}
        {best === 0
          ? "Here nothing beats plain decoding: do not speculate."
          : `The best number of drafts is ${best}, with ${speedup({ ...setting, gamma: best }).toFixed(2)}×.`}{" "}
        {batch === null
          ? `With ${setting.gamma} drafts it does not pay, even for one sequence.`
          : `With ${setting.gamma} drafts it pays up to a batch of ${batch}.`}
      </p>
    </section>
  );
}

function useReport(interview: string | null): { report: Report | null; error: ApiError | null } {
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    if (interview === null) return;
    fetchReport(interview).then(setReport, (failure: unknown) => {
      if (failure instanceof ApiError) setError(failure);
    });
  }, [interview]);
  return { report, error };
}
