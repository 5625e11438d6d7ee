/** What the candidate contests, and the answer that a person owes them. */

import { useState } from "react";

import { answerContest } from "../api";
import { TextForm } from "../mine/TextForm";
import { Thread } from "../mine/Thread";
import { waits } from "../mine/words";
import type { Report } from "../protocol";
import { DecisionForm } from "./DecisionForm";

export function Contests({ report, onAnswered }: { report: Report; onAnswered: () => void }) {
  const [name, setName] = useState("");
  const { contests, interview } = report;
  if (contests.length === 0) return null;
  return (
    <section className="card pad stack" aria-labelledby="contests">
      <h2 id="contests">Contested</h2>
      <Thread contests={contests} by={interview.candidate_name} />
      {waits(report) ? (
        <TextForm
          label="Your answer. The candidate reads it, with your name."
          button="Answer"
          testId="answer"
          send={(text) => answerContest(interview.id, text, name)}
          onDone={onAnswered}
        >
          <label className="field">
            <span className="label">Your name</span>
            <input
              type="text"
              maxLength={80}
              autoComplete="name"
              placeholder="Only if you came by the host’s link"
              value={name}
              data-testid="answer-name"
              onChange={(event) => setName(event.target.value)}
            />
          </label>
        </TextForm>
      ) : null}
      <details>
        <summary>Decide anew</summary>
        <DecisionForm interview={interview.id} onDecided={onAnswered} />
      </details>
    </section>
  );
}
