/** Who decides, what, and why: nothing follows from a total by itself. */

import { useState, type FormEvent } from "react";

import { ApiError, decide, type Decision } from "../api";

export function DecisionForm({ interview, onDecided }: { interview: string; onDecided: () => void }) {
  const [decision, setDecision] = useState<Decision>({ outcome: "stop", reason: "", name: "" });
  const [chosen, setChosen] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    decide(interview, decision).then(onDecided, (failure: unknown) => {
      if (failure instanceof ApiError) setError(failure);
    });
  };
  const choice = (outcome: Decision["outcome"], label: string) => (
    <label className="row">
      <input
        type="radio"
        name="outcome"
        required
        data-testid={`decide-${outcome.replace(" ", "-")}`}
        checked={chosen && decision.outcome === outcome}
        onChange={() => {
          setChosen(true);
          setDecision({ ...decision, outcome });
        }}
      />
      {label}
    </label>
  );
  return (
    <form className="card pad stack no-print" onSubmit={submit} aria-label="Decide">
      <h2>Decide</h2>
      <p className="small muted">
        The total recommends; a person decides, either way with a reason. Marks can’t be changed afterwards.
      </p>
      <div className="row" role="radiogroup" aria-label="Decision">
        {choice("go on", "Goes on")}
        {choice("stop", "Does not go on")}
      </div>
      <label className="field">
        <span className="label">Reason</span>
        <textarea
          rows={3}
          required
          maxLength={10_000}
          data-testid="decide-reason"
          value={decision.reason}
          onChange={(event) => setDecision({ ...decision, reason: event.target.value })}
        />
      </label>
      <label className="field">
        <span className="label">Your name</span>
        <input
          type="text"
          maxLength={80}
          autoComplete="name"
          placeholder="Only if you came by the host’s link"
          value={decision.name}
          onChange={(event) => setDecision({ ...decision, name: event.target.value })}
        />
      </label>
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <div className="row">
        <button type="submit" className="button primary" data-testid="decide-go">
          File the decision
        </button>
      </div>
    </form>
  );
}
