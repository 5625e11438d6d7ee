/** The two links of a new interview, shown once. */

import { useState } from "react";

import type { CreatedInterview } from "../protocol";

export function Links({ created, onDone }: { created: CreatedInterview; onDone: () => void }) {
  return (
    <section className="card pad stack" aria-labelledby="links-title" data-testid="links">
      <h2 id="links-title">Links for {created.interview.candidate_name}</h2>
      <p className="muted small">
        Copy both now: they are shown only once. Whoever opens a link takes that seat, so send each to one
        person.
      </p>
      <LinkField label="Candidate" url={created.links.candidate} />
      <LinkField label="Interviewer" url={created.links.interviewer} />
      <p className="small">
        <a href={`/arrangements/${encodeURIComponent(created.interview.id)}`}>
          Invite more of the panel, or arrange something for the candidate
        </a>
      </p>
      <button type="button" className="button" onClick={onDone}>
        I have copied them
      </button>
    </section>
  );
}

export function LinkField({ label, url, testId }: { label: string; url: string; testId?: string }) {
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
          data-testid={testId ?? `link-${label.toLowerCase()}`}
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
