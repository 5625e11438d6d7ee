/** A text that somebody sends to somebody, with its problem and its button. */

import { useState, type ReactNode } from "react";

import { useSending } from "./useSending";

export const MAX_TEXT = 4_000;

export function TextForm(props: {
  label: string;
  button: string;
  testId: string;
  children?: ReactNode;
  send(text: string): Promise<unknown>;
  onDone(): void;
}) {
  const [text, setText] = useState("");
  const { busy, error, send } = useSending();
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        send(
          () => props.send(text),
          () => {
            setText("");
            props.onDone();
          },
        );
      }}
    >
      <label className="field">
        <span className="label">{props.label}</span>
        <textarea
          rows={4}
          required
          maxLength={MAX_TEXT}
          value={text}
          data-testid={`${props.testId}-text`}
          onChange={(event) => setText(event.target.value)}
        />
      </label>
      {props.children}
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <div className="row">
        <button type="submit" className="button primary" disabled={busy} data-testid={`${props.testId}-go`}>
          {busy ? "Sending" : props.button}
        </button>
      </div>
    </form>
  );
}
