/** Submit, after saying what it freezes. */

import { useState } from "react";

import { useFileNames, useRoom, useView, type Act } from "../room/context";
import { useStore } from "../store";
import { Chip, Confirm } from "../ui/parts";

export function SubmitButton({ act }: { act: Act }) {
  const { submission } = useView();
  const room = useRoom();
  const saved = useStore(room.saved);
  const names = useFileNames(null);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  if (submission) {
    return (
      <Chip tone="good" data-testid="submitted" title={submission.sha256}>
        Submitted
      </Chip>
    );
  }
  const submit = async () => {
    setBusy(true);
    await act("submit", {});
    setBusy(false);
    setAsking(false);
  };
  return (
    <>
      <button type="button" className="button" data-testid="submit" onClick={() => setAsking(true)}>
        Submit
      </button>
      <Confirm
        open={asking}
        title="Submit your work?"
        confirm={busy ? "Submitting..." : "Submit"}
        confirmTestId="confirm-submit"
        busy={busy || !saved}
        onConfirm={() => void submit()}
        onCancel={() => setAsking(false)}
      >
        <p>
          This freezes your files as they are now. You can submit once; afterwards you can still talk about
          them.
        </p>
        <ul className="mono small">
          {names.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ul>
        <p className="muted">
          The visible tests are a help, not the verdict: more is measured after this, such as whether the
          sampled text still follows the target model. Partial work counts.
        </p>
        {saved ? null : <p role="status">Waiting until your last changes are saved...</p>}
      </Confirm>
    </>
  );
}
