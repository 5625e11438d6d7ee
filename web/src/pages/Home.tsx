/** `/`: the host's interviews and the form for a new one; for anybody else, what this is. */

import { useEffect, useState, type FormEvent } from "react";

import { ApiError, createInterview, listInterviews, type NewInterview } from "../api";
import type { CreatedInterview, InterviewSummary, Stage } from "../protocol";
import { STAGE_NAMES } from "../stages";
import { Brand, Chip, Empty, Loading, Notice, ThemeToggle, Time, type Tone } from "../ui/parts";
import { ScoreCells } from "../ui/ScoreCells";

type Loaded = { readonly interviews: InterviewSummary[] } | { readonly error: ApiError } | null;

export default function Home() {
  const [loaded, setLoaded] = useState<Loaded>(null);
  const [created, setCreated] = useState<CreatedInterview | null>(null);
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
  const onCreated = (answer: CreatedInterview) => {
    setCreated(answer);
    load();
  };
  return (
    <div className="home">
      <header className="topbar">
        <Brand />
        <span className="grow" />
        <ThemeToggle />
      </header>
      <main className="home-grid">
        <section aria-labelledby="interviews">
          <h1 id="interviews">Interviews</h1>
          <Groups interviews={loaded.interviews} />
        </section>
        <aside>
          {created ? (
            <Links created={created} onDone={() => setCreated(null)} />
          ) : (
            <NewForm onCreated={onCreated} />
          )}
        </aside>
      </main>
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

function Groups({ interviews }: { interviews: InterviewSummary[] }) {
  if (interviews.length === 0) {
    return (
      <div className="card">
        <Empty title="No interviews yet">
          Create one with the form. You get two links: one for the candidate, one for the interviewer.
        </Empty>
      </div>
    );
  }
  return (
    <>
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
                <Row key={one.id} interview={one} />
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

function Row({ interview }: { interview: InterviewSummary }) {
  return (
    <li>
      <div className="grow">
        <strong>{interview.candidate_name}</strong>
        <div className="small muted">
          with {interview.interviewer_name} · <Time at={interview.created_at} long />
        </div>
      </div>
      <Chip tone={STAGE_TONE[interview.stage]}>{STAGE_NAMES[interview.stage]}</Chip>
      {interview.total !== null ? <ScoreCells total={interview.total} threshold={8} /> : null}
      {interview.report ? (
        <a className="button tiny" href={`/report/${encodeURIComponent(interview.id)}`}>
          Report<span className="hidden-visually"> on {interview.candidate_name}</span>
        </a>
      ) : null}
    </li>
  );
}

function NewForm({ onCreated }: { onCreated: (created: CreatedInterview) => void }) {
  const [form, setForm] = useState<NewInterview>({
    candidate_name: "",
    interviewer_name: "",
    filter_minutes: 15,
    probe_minutes: 45,
  });
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    createInterview(form)
      .then(onCreated, (failure: unknown) => {
        if (failure instanceof ApiError) setError(failure);
      })
      .finally(() => setBusy(false));
  };
  const minutes = (key: "filter_minutes" | "probe_minutes", label: string) => (
    <label className="field">
      <span className="label">{label}</span>
      <input
        type="number"
        required
        min={1}
        max={240}
        value={form[key]}
        onChange={(event) => setForm({ ...form, [key]: event.target.valueAsNumber || 0 })}
      />
    </label>
  );
  const name = (key: "candidate_name" | "interviewer_name", label: string) => (
    <label className="field">
      <span className="label">{label}</span>
      <input
        type="text"
        required
        maxLength={100}
        autoComplete="off"
        value={form[key]}
        onChange={(event) => setForm({ ...form, [key]: event.target.value })}
      />
    </label>
  );
  return (
    <form className="card pad stack" onSubmit={submit}>
      <h2>New interview</h2>
      {name("candidate_name", "Candidate")}
      {name("interviewer_name", "Interviewer")}
      <div className="pair">
        {minutes("filter_minutes", "Review, minutes")}
        {minutes("probe_minutes", "Build, minutes")}
      </div>
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? "Creating..." : "Create interview"}
      </button>
    </form>
  );
}

function Links({ created, onDone }: { created: CreatedInterview; onDone: () => void }) {
  return (
    <section className="card pad stack" aria-labelledby="links-title" data-testid="links">
      <h2 id="links-title">Links for {created.interview.candidate_name}</h2>
      <p className="muted small">
        Copy both now: they are shown only once. Whoever opens a link takes that seat, so send each to one
        person.
      </p>
      <LinkField label="Candidate" url={created.links.candidate} />
      <LinkField label="Interviewer" url={created.links.interviewer} />
      <button type="button" className="button" onClick={onDone}>
        I have copied them
      </button>
    </section>
  );
}

function LinkField({ label, url }: { label: string; url: string }) {
  const full = new URL(url, location.href).href;
  const [copied, setCopied] = useState("");
  const copy = () => {
    // The clipboard exists on secure origins only.
    const done = navigator.clipboard?.writeText(full) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setCopied("Copied"),
      () => setCopied("Press Ctrl+C"),
    );
  };
  return (
    <div className="field">
      <label className="label" htmlFor={`link-${label}`}>
        {label}
      </label>
      <div className="row">
        <input
          id={`link-${label}`}
          type="text"
          readOnly
          value={full}
          className="mono small"
          onFocus={(event) => event.target.select()}
          data-testid={`link-${label.toLowerCase()}`}
        />
        <button
          type="button"
          className="button"
          onClick={(event) => {
            event.currentTarget.parentElement?.querySelector("input")?.select();
            copy();
          }}
        >
          Copy<span className="hidden-visually"> the {label.toLowerCase()}'s link</span>
        </button>
      </div>
      <span className="small muted" role="status">
        {copied}
      </span>
    </div>
  );
}
