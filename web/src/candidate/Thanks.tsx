/** After the end. */

import { useView } from "../room/context";
import { Brand, ThemeToggle, Time } from "../ui/parts";

export function Thanks() {
  const { interview, submission } = useView();
  const mine = `/mine/${encodeURIComponent(interview.id)}`;
  return (
    <>
      <header className="topbar">
        <Brand />
        <span className="grow" />
        <ThemeToggle />
      </header>
      <main className="notice" data-testid="finished">
        <h1>Thank you, {interview.candidate_name}</h1>
        <p className="lead">The interview is over and everything you wrote is saved.</p>
        {submission ? (
          <p className="muted">
            Submitted <Time at={submission.at} long /> with fingerprint{" "}
            <code title={submission.sha256}>{submission.sha256.slice(0, 12)}</code>.
          </p>
        ) : (
          <p className="muted">Your last saved version counts as your submission.</p>
        )}
        <p>
          {interview.interviewer_name} will tell you how it goes on. A person decides, and you may ask them
          for the reasons.
        </p>
        <p>
          <a className="button" href={mine} data-testid="to-mine">
            What was recorded, and your copy of it
          </a>
        </p>
        <p className="muted small">
          The decision and its reasons will stand there, too. Your link leads there from now on.
        </p>
      </main>
    </>
  );
}
