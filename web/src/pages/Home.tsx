/** `/`: the host's interviews and the form for a new one; for anybody else, what this is. */

import { useEffect, useState } from "react";

import { ApiError, listInterviews } from "../api";
import { DeleteDialog } from "../home/DeleteDialog";
import { Links } from "../home/Links";
import { NewForm } from "../home/NewForm";
import { Sandboxes, useHosting } from "../home/Sandboxes";
import type { CreatedInterview, InterviewSummary, Stage } from "../protocol";
import { STAGE_NAMES } from "../stages";
import { Banner, Brand, Chip, Empty, Loading, Notice, ThemeToggle, Time, type Tone } from "../ui/parts";
import { ScoreCells } from "../ui/ScoreCells";
import { useTitle } from "../ui/title";

type Loaded = { readonly interviews: InterviewSummary[] } | { readonly error: ApiError } | null;

export default function Home() {
  const [loaded, setLoaded] = useState<Loaded>(null);
  const load = () => {
    listInterviews().then(setLoaded, (error: unknown) => {
      if (error instanceof ApiError) setLoaded({ error });
    });
  };
  useEffect(load, []);

  if (loaded === null) return <Loading what="Loading the interviews" />;
  if ("error" in loaded)
    return loaded.error.status === 401 || loaded.error.status === 403 ? (
      <Welcome />
    ) : (
      <Failed error={loaded.error} />
    );
  return <Desk interviews={loaded.interviews} reload={load} />;
}

function Desk({ interviews, reload }: { interviews: InterviewSummary[]; reload(): void }) {
  const [created, setCreated] = useState<CreatedInterview | null>(null);
  const [deleting, setDeleting] = useState<InterviewSummary | null>(null);
  const hosting = useHosting();
  useTitle("Interviews");
  const onCreated = (answer: CreatedInterview) => {
    setCreated(answer);
    reload();
  };
  const nameOf = (id: string) => interviews.find((one) => one.id === id)?.candidate_name ?? id;
  return (
    <div className="home">
      <header className="topbar">
        <Brand />
        <span className="grow" />
        <a className="button tiny" href="/calibration">
          Calibration
        </a>
        <ThemeToggle />
      </header>
      <main className="home-grid">
        <section aria-labelledby="interviews">
          <h1 id="interviews">Interviews</h1>
          <Groups interviews={interviews} onDelete={setDeleting} />
        </section>
        <aside className="stack">
          {created ? (
            <Links created={created} onDone={() => setCreated(null)} />
          ) : (
            <NewForm onCreated={onCreated} gpus={hosting ? hosting.devices.length : null} />
          )}
          <Sandboxes hosting={hosting} nameOf={nameOf} />
        </aside>
      </main>
      {deleting ? (
        <DeleteDialog
          key={deleting.id}
          interview={deleting}
          onDone={() => {
            setDeleting(null);
            reload();
          }}
          onCancel={() => setDeleting(null)}
        />
      ) : null}
    </div>
  );
}

function Welcome() {
  return (
    <main className="notice wide">
      <Brand />
      <h1>Interviews that look at the work</h1>
      <p className="lead">
        One conversation in two stages: first the candidate reviews a file that serves a language model, then
        they build speculative decoding in a live Python sandbox. The interviewer sees every keystroke and
        run; a judge measures what was built; people decide.
      </p>
      <div className="ways">
        <div className="card pad">
          <h3>You have an invitation</h3>
          <p className="muted">Open the link you were sent. It brings you straight to your room.</p>
        </div>
        <div className="card pad">
          <h3>You host interviews</h3>
          <p className="muted">
            Start the server with <code>probe serve</code> and open the host link that it prints.
          </p>
        </div>
      </div>
    </main>
  );
}

function Failed({ error }: { error: ApiError }) {
  return (
    <Notice title={error.message}>
      <p>{error.hint}</p>
      <p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Try again
        </button>
      </p>
    </Notice>
  );
}

const GROUPS: readonly { title: string; stages: readonly Stage[] }[] = [
  { title: "Live", stages: ["filter", "probe"] },
  { title: "Waiting to begin", stages: ["lobby"] },
  { title: "Finished", stages: ["finished"] },
];

function Groups(props: { interviews: InterviewSummary[]; onDelete(interview: InterviewSummary): void }) {
  const { interviews, onDelete } = props;
  if (interviews.length === 0) {
    return (
      <div className="card">
        <Empty title="No interviews yet">
          Create one with the form. You get two links: one for the candidate, one for the interviewer.
        </Empty>
      </div>
    );
  }
  const synthetic = interviews.filter((one) => one.synthetic).length;
  return (
    <>
      {synthetic > 0 ? (
        <Banner tone="warn">
          {synthetic === 1 ? "1 interview is" : `${synthetic} interviews are`} synthetic, made by{" "}
          <code>probe demo-data</code>. They show what the pages look like and say nothing about people.
        </Banner>
      ) : null}
      {GROUPS.map(({ title, stages }) => {
        const members = interviews
          .filter((one) => stages.includes(one.stage))
          .sort((a, b) => b.created_at - a.created_at);
        if (members.length === 0) return null;
        return (
          <section key={title} className="group">
            <h2 className="eyebrow">
              {title} <span className="muted">{members.length}</span>
            </h2>
            <ul className="card interviews">
              {members.map((one) => (
                <Row key={one.id} interview={one} onDelete={() => onDelete(one)} />
              ))}
            </ul>
          </section>
        );
      })}
    </>
  );
}

const STAGE_TONE: Record<Stage, Tone> = {
  lobby: "plain",
  filter: "accent",
  probe: "accent",
  finished: "plain",
};

/** The stage; of what is over, what was decided. */
function Standing({ interview: { stage, decision } }: { interview: InterviewSummary }) {
  if (stage !== "finished") return <Chip tone={STAGE_TONE[stage]}>{STAGE_NAMES[stage]}</Chip>;
  if (decision === null) return <Chip tone="warn">not decided</Chip>;
  return <Chip tone={decision === "go on" ? "good" : "plain"}>{decision}</Chip>;
}

function Row({ interview, onDelete }: { interview: InterviewSummary; onDelete(): void }) {
  return (
    <li>
      <div className="grow">
        <strong>{interview.candidate_name}</strong> {interview.synthetic ? <Chip>synthetic</Chip> : null}
        <div className="small muted">
          with {interview.interviewer_name} · <Time at={interview.created_at} long />
        </div>
      </div>
      <Standing interview={interview} />
      {interview.contested ? (
        <a href={`/report/${encodeURIComponent(interview.id)}`}>
          <Chip tone="warn">contested</Chip>
        </a>
      ) : null}
      {interview.deletion_asked ? <Chip tone="warn">asks for deletion</Chip> : null}
      {interview.total !== null ? <ScoreCells total={interview.total} threshold={8} /> : null}
      {interview.stage === "finished" ? null : (
        <a className="button tiny" href={`/arrangements/${encodeURIComponent(interview.id)}`}>
          Arrange<span className="hidden-visually"> the interview of {interview.candidate_name}</span>
        </a>
      )}
      {interview.report ? (
        <a className="button tiny" href={`/report/${encodeURIComponent(interview.id)}`}>
          Report<span className="hidden-visually"> on {interview.candidate_name}</span>
        </a>
      ) : null}
      <button type="button" className="button quiet tiny" onClick={onDelete} data-testid="delete">
        Delete<span className="hidden-visually"> the interview with {interview.candidate_name}</span>
      </button>
    </li>
  );
}
