/** The host deletes an interview: who, why, and that nothing brings it back. */

import { useState } from "react";

import { deleteInterview } from "../api";
import { useSending } from "../mine/useSending";
import type { InterviewSummary } from "../protocol";
import { Confirm } from "../ui/parts";

export function DeleteDialog(props: { interview: InterviewSummary; onDone(): void; onCancel(): void }) {
  const { interview } = props;
  const [reason, setReason] = useState(interview.deletion_asked ? "The candidate asked for it." : "");
  const [name, setName] = useState("");
  const { busy, error, send } = useSending();
  const ready = reason.trim() !== "" && name.trim() !== "";
  return (
    <Confirm
      open
      title={`Delete the interview with ${interview.candidate_name}?`}
      confirm={busy ? "Deleting" : "Delete for good"}
      confirmTestId="delete-go"
      busy={busy || !ready}
      onConfirm={() => send(() => deleteInterview(interview.id, reason.trim(), name.trim()), props.onDone)}
      onCancel={props.onCancel}
    >
      <p>
        The recording, notes, marks and the report are gone then, and nothing brings them back. The audit log keeps
        that it was deleted, by whom and why.
      </p>
      <label className="field">
        <span className="label">Reason. It stays, so no personal data.</span>
        <input
          type="text"
          maxLength={500}
          value={reason}
          data-testid="delete-reason"
          onChange={(event) => setReason(event.target.value)}
        />
      </label>
      <label className="field">
        <span className="label">Your name</span>
        <input
          type="text"
          maxLength={80}
          autoComplete="name"
          value={name}
          data-testid="delete-name"
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
    </Confirm>
  );
}
