/** Before the start: what will happen, what is recorded, a check of browser and connection, consent. */

import { useEffect, useState } from "react";

import type { Materials } from "../protocol";
import { useAct, useRoom, useView } from "../room/context";
import { ConnectionBanner, ProblemBanner } from "../room/RoomBar";
import { SettingsButtons } from "../room/SettingsDialog";
import { useStore } from "../store";
import { Brand, Chip, ThemeToggle } from "../ui/parts";
import { Practice } from "./Practice";

export function Lobby({ plan }: { plan: Materials["plan"] }) {
  const view = useView();
  return (
    <div className="lobby-page">
      <header className="topbar">
        <Brand />
        <span className="grow" />
        <SettingsButtons />
        <ThemeToggle />
      </header>
      <ConnectionBanner />
      <ProblemBanner />
      <main className="lobby">
        <div className="lobby-head">
          <p className="eyebrow">Interview with {view.interview.interviewer_name}</p>
          <h1>Welcome, {view.interview.candidate_name}</h1>
          <p className="lead">
            No puzzles and no trick questions: two pieces of real work, talked through as you go. Think aloud
            and ask whatever you would ask a colleague.
          </p>
        </div>
        <Plan plan={plan} />
        <div className="lobby-columns">
          <Recorded plan={plan} />
          <Checks />
        </div>
        <Consent />
        <Practice />
      </main>
    </div>
  );
}

const STAGES = [
  {
    title: "Review",
    text: "A short file that serves a large language model is up for production. Comment on its lines as in a pull request and say in a few sentences whether it should ship, and why.",
    time: "about a quarter of the time",
  },
  {
    title: "Build",
    text: "A method is explained to you, with no paper to have read. You implement it in Python against two small language models, with a live kernel, visible tests and a bench.",
    time: "about three quarters of the time",
  },
] as const;

function Plan({ plan }: { plan: Materials["plan"] }) {
  const minutes = plan ? [plan.filter_minutes, plan.probe_minutes] : [];
  return (
    <ol className="plan" aria-label="What will happen">
      {STAGES.map(({ title, text, time }, at) => (
        <li key={title} className="card">
          <span className="plan-number" aria-hidden="true">
            {at + 1}
          </span>
          <div>
            <h3>
              {title}{" "}
              <span className="muted small">
                {minutes[at] === undefined ? time : `${minutes[at]} minutes`}
              </span>
            </h3>
            <p className="muted">{text}</p>
          </div>
        </li>
      ))}
    </ol>
  );
}

function Recorded({ plan }: { plan: Materials["plan"] }) {
  return (
    <section className="card pad stack" aria-labelledby="recorded">
      <h2 id="recorded">What is recorded</h2>
      <ul className="facts">
        {plan?.recorded.map((line) => <li key={line}>{line}</li>)}
        <li>No camera, no microphone, no screen, nothing outside this page.</li>
      </ul>
      <p data-testid="kept">{plan?.kept}</p>
      <p className="muted small">
        It stays on the server of those who invited you. People, not programs, decide. Afterwards your link leads
        to a page with your copy of it, the reasons, and ways to contest them.
      </p>
    </section>
  );
}

type Check = { readonly name: string; readonly ok: boolean | null; readonly say: string };

function Checks() {
  const room = useRoom();
  const state = useStore(room.state);
  const roundTrip = useRoundTrip();
  const wide = window.innerWidth >= 900;
  const checks: Check[] = [
    {
      name: "Connection",
      ok: state.kind === "live" ? true : null,
      say:
        state.kind === "live"
          ? "Live: what you type is saved as you type."
          : "Connecting. The page keeps trying.",
    },
    {
      name: "Answer time",
      ok: roundTrip === null ? null : roundTrip < 400,
      say:
        roundTrip === null
          ? "Measuring."
          : `${Math.round(roundTrip)} ms${roundTrip < 400 ? "" : ". Slow, but nothing gets lost. A cable or another network may help."}`,
    },
    {
      name: "Window",
      ok: wide,
      say: wide
        ? "Wide enough for brief, code and output."
        : "Narrow. Make the window wider, or use a larger screen.",
    },
    {
      name: "Browser",
      ok: CSS.supports("color", "light-dark(red, blue)"),
      say: CSS.supports("color", "light-dark(red, blue)")
        ? "Has what the room needs."
        : "Old. Update it, or use a current Firefox, Chrome, Edge or Safari.",
    },
  ];
  return (
    <section className="card pad stack" aria-labelledby="checks">
      <h2 id="checks">Your side</h2>
      <ul className="checks" aria-live="polite">
        {checks.map(({ name, ok, say }) => (
          <li key={name}>
            <Chip tone={ok === null ? "plain" : ok ? "good" : "warn"}>
              {ok === null ? "..." : ok ? "ok" : "look"}
            </Chip>
            <div>
              <strong>{name}</strong>
              <div className="muted small">{say}</div>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Time of an ordinary request to the server, in milliseconds. */
function useRoundTrip(): number | null {
  const [ms, setMs] = useState<number | null>(null);
  useEffect(() => {
    let current = true;
    const measure = async () => {
      await fetch("/api/health");
      const start = performance.now();
      await fetch("/api/health");
      if (current) setMs(performance.now() - start);
    };
    measure().catch(() => undefined);
    return () => {
      current = false;
    };
  }, []);
  return ms;
}

function Consent() {
  const view = useView();
  const act = useAct();
  if (view.consented) {
    return (
      <section className="card pad waiting" role="status">
        <span className="dot pulse" aria-hidden="true" />
        <div>
          <h2>You are in. Waiting for {view.interview.interviewer_name}</h2>
          <p className="muted">
            The first stage opens here by itself when your interviewer starts it. You can leave this page
            open, or come back with the same link.
          </p>
        </div>
      </section>
    );
  }
  return (
    <section className="card pad consent">
      <p>By entering you agree that what is listed above is recorded for this interview.</p>
      <button
        type="button"
        className="button primary large"
        data-testid="consent"
        onClick={() => void act("consent", {})}
      >
        Agree and enter
      </button>
    </section>
  );
}
