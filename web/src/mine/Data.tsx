/** What was recorded, for how long it is kept, a copy of it, and its deletion. */

import { useState } from "react";

import { askDeletion } from "../api";
import { Confirm, Time } from "../ui/parts";
import type { Mine } from "./shape";
import { useSending } from "./useSending";

export function Recorded({ mine }: { mine: Mine }) {
  return (
    <section className="card pad stack" aria-labelledby="recorded">
      <h2 id="recorded">What was recorded</h2>
      <ul className="facts">
        {mine.recorded.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      <p className="muted small">
        {mine.consented_at === null ? (
          "You have not agreed to a recording, so there is none."
        ) : (
          <>
            You agreed to it <Time at={mine.consented_at} long />.
          </>
        )}{" "}
        No camera, no microphone, no screen, nothing outside the page.
      </p>
    </section>
  );
}

export function Copy({ mine }: { mine: Mine }) {
  return (
    <section className="card pad stack" aria-labelledby="copy">
      <h2 id="copy">A copy for you</h2>
      <p>
        Your files and every edit of them, comments, runs and what they printed, the terminal, the chat, what was
        noticed about pasting and the page, and the timeline.
      </p>
      <p className="muted small">Interviewers’ notes and the hidden prompts are not in it.</p>
      <div className="row">
        <a
          className="button"
          href={`/api/rooms/${encodeURIComponent(mine.id)}/mine/data.zip`}
          download
          data-testid="my-data"
        >
          Download my data (zip)
        </a>
      </div>
    </section>
  );
}

export function Delete({ mine, reload }: { mine: Mine; reload(): void }) {
  const [asking, setAsking] = useState(false);
  const { busy, error, send } = useSending();
  return (
    <section className="card pad stack" aria-labelledby="delete">
      <h2 id="delete">Deletion</h2>
      <p>
        {mine.kept}
        {mine.deleted_at === null ? null : (
          <>
            {" "}
            That is <Time at={mine.deleted_at} long />.
          </>
        )}
      </p>
      {mine.deletion_asked_at === null ? (
        <div className="row">
          <button
            type="button"
            className="button"
            data-testid="ask-deletion"
            onClick={() => setAsking(true)}
          >
            Ask for deletion
          </button>
        </div>
      ) : (
        <p role="status" data-testid="deletion-asked">
          You asked for deletion <Time at={mine.deletion_asked_at} long />. Whoever hosts the interview confirms
          it; then this page is gone, too.
        </p>
      )}
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <Confirm
        open={asking}
        title="Ask for deletion?"
        confirm="Ask for it"
        confirmTestId="ask-deletion-go"
        busy={busy}
        onConfirm={() => {
          setAsking(false);
          send(() => askDeletion(mine.id, ""), reload);
        }}
        onCancel={() => setAsking(false)}
      >
        <p>
          Everything about this interview is deleted for good, also the marks and the reasons. What has not been
          decided by then can’t be decided any more.
        </p>
      </Confirm>
    </section>
  );
}
