/** `/mine/<id>`: for the candidate, afterwards: what was recorded, why it was decided so, and what they can ask. */

import { useEffect, useState } from "react";

import { ApiError, contestDecision, fetchMine } from "../api";
import { Copy, Delete, Recorded } from "../mine/Data";
import { Explanation } from "../mine/Explanation";
import type { Mine } from "../mine/shape";
import { TextForm } from "../mine/TextForm";
import { Thread } from "../mine/Thread";
import { Brand, LoadFailed, Loading, ThemeToggle, Time } from "../ui/parts";
import { useTitle } from "../ui/title";

export default function MinePage({ interview }: { interview: string }) {
  const [loaded, setLoaded] = useState<Mine | ApiError | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let current = true;
    fetchMine(interview).then(
      (mine) => current && setLoaded(mine),
      (error: unknown) => {
        if (current && error instanceof ApiError) setLoaded(error);
      },
    );
    return () => {
      current = false;
    };
  }, [interview, asked]);
  if (loaded === null) return <Loading what="Loading your page" />;
  if (loaded instanceof ApiError) return <LoadFailed error={loaded} />;
  return <Shown mine={loaded} reload={() => setAsked(asked + 1)} />;
}

function Shown({ mine, reload }: { mine: Mine; reload(): void }) {
  useTitle("Your interview");
  return (
    <>
      <header className="topbar">
        <Brand />
        <span className="grow" />
        <ThemeToggle />
      </header>
      <main className="lobby mine" data-testid="mine">
        <div className="lobby-head">
          <p className="eyebrow">Your interview with {mine.interviewer_name}</p>
          <h1>{mine.candidate_name}</h1>
          <p className="muted">
            <Time at={mine.created_at} long />. Only you can open this page, with the link you came by.
          </p>
        </div>
        <Explanation mine={mine} />
        <Again mine={mine} reload={reload} />
        <div className="lobby-columns">
          <Recorded mine={mine} />
          <div className="stack">
            <Copy mine={mine} />
            <Delete mine={mine} reload={reload} />
          </div>
        </div>
      </main>
    </>
  );
}

function Again({ mine, reload }: { mine: Mine; reload(): void }) {
  if (mine.decision === null && mine.contests.length === 0) return null;
  return (
    <section className="card pad stack" aria-labelledby="again">
      <h2 id="again">Ask a person to look again</h2>
      <Thread contests={mine.contests} by="You" />
      {mine.can_contest ? (
        <TextForm
          label="What should be looked at again, and why?"
          button="Contest the decision"
          testId="contest"
          send={(text) => contestDecision(mine.id, text)}
          onDone={reload}
        >
          <p className="muted small">
            Your interviewers read it, and one of them answers here by name.
          </p>
        </TextForm>
      ) : null}
    </section>
  );
}
