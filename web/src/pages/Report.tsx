/** `/report/<id>`: what was seen and measured, what people made of it, and what it adds up to. */

import { useEffect, useState } from "react";

import { ApiError, fetchReport } from "../api";
import type { Report } from "../protocol";
import { replayLink } from "../replay/address";
import { AxisCard } from "../report/AxisCard";
import { Deliveries } from "../report/Deliveries";
import { Contests } from "../report/Contests";
import { Evidence } from "../report/Evidence";
import { Head } from "../report/Head";
import { Topics } from "../report/Topics";
import { Verdicts } from "../report/Verdicts";
import { LoadFailed, Loading } from "../ui/parts";
import { PageBar } from "../ui/PageBar";
import { useTitle } from "../ui/title";

const RELOAD_MS = 5_000;

export default function ReportPage({ interview }: { interview: string }) {
  const [loaded, reload] = useReport(interview);
  const name = loaded === null || loaded instanceof ApiError ? null : loaded.interview.candidate_name;
  useTitle("Report", ...(name ? [name] : []));
  if (loaded === null) return <Loading what="Putting the report together" />;
  if (loaded instanceof ApiError) return <LoadFailed error={loaded} />;
  return (
    <>
      <PageBar here={`Report · ${name}`}>
        <a className="button tiny" href={replayLink(interview)} data-testid="to-replay">
          Replay
        </a>
        <a className="button tiny" href={`/room/${encodeURIComponent(interview)}/interviewer`}>
          Room
        </a>
        <a className="button tiny" href={`/what-if/${encodeURIComponent(interview)}`}>
          What if
        </a>
        <Download interview={interview} />
      </PageBar>
      <main className="report">
        <Head report={loaded} onDecided={reload} />
        {loaded.panel.decision ? (
          <Deliveries interview={interview} decidedAt={loaded.panel.decision.at} />
        ) : null}
        <Contests report={loaded} onAnswered={reload} />
        <div className="axes">
          <AxisCard axis="engineering" report={loaded.axes.engineering} interview={interview} />
          <AxisCard axis="research" report={loaded.axes.research} interview={interview} />
        </div>
        <section className="report-section" aria-labelledby="topics">
          <h2 id="topics">Topics of the discussion</h2>
          <p className="muted small">
            Ticked where one of the topic’s findings is; the figures are the judge’s. Nothing is scored here.{" "}
            <a className="no-print" href={`/what-if/${encodeURIComponent(interview)}`}>
              What if acceptance, cost or batch were different?
            </a>
          </p>
          <div className="card pad">
            <Topics rubric={loaded.axes.research.rubric} discussed={loaded.topics} />
          </div>
        </section>
        <Verdicts unseen={loaded.unseen} judgement={loaded.judgement} interview={interview} />
        <Evidence report={loaded} />
      </main>
    </>
  );
}

function Download({ interview }: { interview: string }) {
  const at = `/api/rooms/${encodeURIComponent(interview)}/report`;
  return (
    <>
      <a className="button tiny" href={`${at}.pdf`} download data-testid="report-pdf">
        PDF
      </a>
      <a className="button tiny" href={`${at}.html`} target="_blank" rel="noreferrer" data-testid="report-html">
        To print
      </a>
      <a className="button tiny" href={`${at}.json`} download data-testid="report-json">
        JSON
      </a>
    </>
  );
}

/** Loads the report, and again while a judgement is under way or a mark is open. */
function useReport(interview: string): [Report | ApiError | null, () => void] {
  const [loaded, setLoaded] = useState<Report | ApiError | null>(null);
  const [asked, setAsked] = useState(0);
  const waiting = loaded !== null && !(loaded instanceof ApiError) && isOpen(loaded);
  useEffect(() => {
    let current = true;
    const load = () =>
      fetchReport(interview).then(
        (report) => current && setLoaded(report),
        (error: unknown) => {
          if (current && error instanceof ApiError) setLoaded((known) => known ?? error);
        },
      );
    void load();
    const timer = waiting ? setInterval(() => void load(), RELOAD_MS) : null;
    return () => {
      current = false;
      if (timer) clearInterval(timer);
    };
    // `loaded` itself is left out: a fresh report must not restart the timer
  }, [interview, waiting, asked]);
  return [loaded, () => setAsked(asked + 1)];
}

function isOpen({ judgement, panel }: Report): boolean {
  return panel.total === null || judgement?.state === "queued" || judgement?.state === "running";
}
