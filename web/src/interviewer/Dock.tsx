/** Always at hand, whatever tab is open: what the judge says, the last note, and a box for the next. */

import { useState, type FormEvent, type KeyboardEvent } from "react";

import type { Judgement } from "../protocol";
import { statusLine } from "../report/status";
import { useAct, useView } from "../room/context";
import { Time } from "../ui/parts";

export function Dock() {
  return (
    <footer className="dock">
      <JudgeLine />
      <LastNote />
      <NewNote />
    </footer>
  );
}

function JudgeLine() {
  const { judgements = [], stage } = useView();
  const act = useAct();
  const last = judgements.at(-1);
  const busy = last?.state === "queued" || last?.state === "running";
  const early = stage === "lobby" || stage === "filter";
  return (
    <div className="row">
      <span
        className="small grow one-line"
        data-testid="judgement"
        data-state={last?.state ?? "none"}
        role="status"
      >
        {last ? describe(last) : early ? "The judge can start with the build stage." : "Not judged yet."}
      </span>
      <button
        type="button"
        className="button tiny"
        data-testid="judge-now"
        disabled={busy || early}
        title="A quick judgement of the files as they are now. The candidate sees nothing of it."
        onClick={() => void act("judge_now", { budget: "quick" })}
      >
        Judge now
      </button>
    </div>
  );
}

function describe({ state, progress, scorecard, fault }: Judgement): string {
  switch (state) {
    case "queued":
      return "Waiting for the judge.";
    case "running":
      return progress ? `Judging: ${progress.check}, ${progress.done} of ${progress.of}` : "Judging.";
    case "judged":
      return scorecard
        ? `Judged: ${statusLine(scorecard.verdicts)}.`
        : "Judged.";
    case "failed":
      return `Could not judge, through no fault of the candidate. ${fault}`;
    default:
      return state satisfies never;
  }
}

function LastNote() {
  const { notes = [] } = useView();
  const last = notes.at(-1);
  if (!last) return null;
  return (
    <p className="small muted one-line" data-testid="last-note">
      <Time at={last.at} /> {last.text}
    </p>
  );
}

function NewNote() {
  const act = useAct();
  const [text, setText] = useState("");
  const add = async () => {
    if (text.trim() && (await act("add_note", { text: text.trim() }))) setText("");
  };
  return (
    <form
      className="new-note"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        void add();
      }}
    >
      <textarea
        aria-label="New note"
        data-testid="note-input"
        rows={2}
        maxLength={4000}
        value={text}
        placeholder="A private note. Ctrl+Enter adds it."
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => onModEnter(event, () => void add())}
      />
      <button type="submit" className="button" data-testid="note-add" disabled={!text.trim()}>
        Add
      </button>
    </form>
  );
}

/** Ctrl+Enter or Cmd+Enter. */
export function onModEnter(event: KeyboardEvent, action: () => void): void {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  action();
}
