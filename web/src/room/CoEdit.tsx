/** Editing together: the interviewer's switch, and what the candidate is told of it. */

import { useState } from "react";

import { Banner } from "../ui/parts";
import { useAct, useView } from "./context";

export function CoEditSwitch() {
  const { co_edit, stage, submission, focus } = useView();
  const act = useAct();
  // Shown at once; the server's view has the last word when it has answered.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const toggle = async (on: boolean) => {
    setWanted(on);
    await act("co_edit", { on });
    setWanted(null);
  };
  const possible = (stage === "filter" || stage === "probe") && !submission && focus.until === null;
  if (!possible) return null;
  return (
    <label className="row small" title="Lets everybody of the panel type in the candidate's files and terminal. They are told.">
      <input
        type="checkbox"
        checked={wanted ?? co_edit}
        data-testid="co-edit"
        onChange={(event) => void toggle(event.target.checked)}
      />
      Edit together
    </label>
  );
}

export function CoEditBanner() {
  const { co_edit, role, people } = useView();
  const act = useAct();
  if (!co_edit) return null;
  const names = people.filter((one) => one.role === "interviewer").map((one) => one.name);
  return (
    <div data-testid="co-edit-banner">
      <Banner
        tone="info"
        action={
          role === "interviewer" ? (
            <button type="button" className="button tiny" onClick={() => void act("co_edit", { on: false })}>
              Stop
            </button>
          ) : null
        }
      >
        {role === "candidate"
          ? `Editing together: ${names.join(" and ")} can type in your files and your terminal, under their own name. The record says who wrote what.`
          : "Editing together: what you type goes into the candidate's files or their terminal, under your name."}
      </Banner>
    </div>
  );
}
