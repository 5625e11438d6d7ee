/** `/arrangements/<id>`: who is on the panel, and what was arranged for the candidate. Apart from all marks. */

import { useCallback, useEffect, useState, type FormEvent } from "react";

import {
  ApiError,
  fetchAccommodations,
  fetchPanel,
  inviteMember,
  removeMember,
  saveAccommodations,
} from "../api";
import { AccommodationFields } from "../arrange/AccommodationFields";
import { LinkField } from "../home/Links";
import type { Accommodations, Member } from "../protocol";
import { LoadFailed, Loading } from "../ui/parts";
import { PageBar } from "../ui/PageBar";
import { useTitle } from "../ui/title";

export default function Arrangements({ interview }: { interview: string }) {
  const [panel, setPanel] = useState<Member[] | null>(null);
  const [arranged, setArranged] = useState<Accommodations | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const failed = useCallback((failure: unknown) => {
    if (failure instanceof ApiError) setError(failure);
  }, []);
  const load = useCallback(() => {
    fetchPanel(interview).then((answer) => setPanel(answer.panel), failed);
  }, [interview, failed]);
  useTitle("Arrangements");
  useEffect(() => {
    load();
    fetchAccommodations(interview).then(setArranged, failed);
  }, [interview, load, failed]);

  if (error && (panel === null || arranged === null)) return <LoadFailed error={error} />;
  if (panel === null || arranged === null) return <Loading what="Loading what is arranged" />;
  return (
    <div className="home">
      <PageBar here="Arrangements">
        <a className="button tiny" href={`/room/${encodeURIComponent(interview)}/interviewer`}>
          Room
        </a>
      </PageBar>
      <main className="arrangements">
        <h1>Arrangements</h1>
        {error ? (
          <p className="problem" role="alert">
            {error.message} {error.hint}
          </p>
        ) : null}
        <div className="arrangements-columns">
          <Panel interview={interview} panel={panel} onChanged={load} onError={setError} />
          <Arranged key={JSON.stringify(arranged)} interview={interview} saved={arranged} onSaved={setArranged} />
        </div>
      </main>
    </div>
  );
}

const ROLES = { interviewer: "Interviewer", watcher: "Looks on" } as const;

function Panel(props: {
  interview: string;
  panel: readonly Member[];
  onChanged(): void;
  onError(error: ApiError | null): void;
}) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<keyof typeof ROLES>("interviewer");
  const [fresh, setFresh] = useState<Member | null>(null);
  const run = (work: Promise<unknown>) =>
    work.then(
      () => {
        props.onError(null);
        props.onChanged();
      },
      (failure: unknown) => {
        if (failure instanceof ApiError) props.onError(failure);
      },
    );
  const invite = (event: FormEvent) => {
    event.preventDefault();
    void run(
      inviteMember(props.interview, { name: name.trim(), role }).then((member) => {
        setFresh(member);
        setName("");
      }),
    );
  };
  return (
    <section className="card pad stack" aria-labelledby="panel">
      <h2 id="panel">Panel</h2>
      <p className="small muted">
        Interviewers take notes, tick and mark, each under their own name. Who looks on sees what the candidate
        sees, and can write nothing. The candidate is told who is here, and how many.
      </p>
      <ul className="members">
        {props.panel.map((one) => (
          <li key={one.member} className="row" data-testid="member">
            <strong className="grow">{one.name}</strong>
            <span className="small muted">{ROLES[one.role === "watcher" ? "watcher" : "interviewer"]}</span>
            {one.member === 0 ? null : (
              <button
                type="button"
                className="button quiet tiny"
                title="Their page closes and their link ends. What they wrote stays."
                onClick={() => void run(removeMember(props.interview, one.member))}
              >
                Take back<span className="hidden-visually"> the seat of {one.name}</span>
              </button>
            )}
          </li>
        ))}
      </ul>
      {fresh ? (
        <LinkField label={fresh.name} url={fresh.link} testId="link-member" />
      ) : null}
      <form className="stack" onSubmit={invite}>
        <label className="field">
          <span className="label">Name</span>
          <input
            type="text"
            required
            maxLength={80}
            autoComplete="off"
            value={name}
            data-testid="member-name"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="field">
          <span className="label">Comes as</span>
          <select
            value={role}
            data-testid="member-role"
            onChange={(event) => setRole(event.target.value === "watcher" ? "watcher" : "interviewer")}
          >
            <option value="interviewer">{ROLES.interviewer}</option>
            <option value="watcher">{ROLES.watcher}</option>
          </select>
        </label>
        <button type="submit" className="button" disabled={!name.trim()} data-testid="invite">
          Make a link
        </button>
      </form>
    </section>
  );
}

function Arranged(props: {
  interview: string;
  saved: Accommodations;
  onSaved(next: Accommodations): void;
}) {
  const [form, setForm] = useState(props.saved);
  const [said, setSaid] = useState("");
  const changed = JSON.stringify(form) !== JSON.stringify(props.saved);
  const save = (event: FormEvent) => {
    event.preventDefault();
    saveAccommodations(props.interview, form).then(props.onSaved, (failure: unknown) => {
      if (failure instanceof ApiError) setSaid(`${failure.message} ${failure.hint}`);
    });
  };
  return (
    <section className="card pad stack" aria-labelledby="accommodations">
      <h2 id="accommodations">For the candidate</h2>
      <p className="small muted">
        Stands here and nowhere else: not beside marks, not in the report. Time counts from the next stage that
        begins.
      </p>
      <form className="stack" onSubmit={save}>
        <AccommodationFields value={form} onChange={setForm} />
        <div className="row">
          <button type="submit" className="button primary" disabled={!changed} data-testid="arrange-save">
            Save
          </button>
          <span className="small muted" role="status">
            {changed ? said : "Saved."}
          </span>
        </div>
      </form>
    </section>
  );
}
