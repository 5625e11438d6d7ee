/** The interviewer's bar: stage, clock, who is here. */

import { useState } from "react";

import type { Stage } from "../protocol";
import { useAct, useView } from "../room/context";
import { ConnectionState, TimeLeft } from "../room/RoomBar";
import { STAGE_NAMES } from "../stages";
import { Brand, Chip, Confirm, ThemeToggle } from "../ui/parts";
import { ArrangeMenu } from "./ArrangeMenu";

const STAGES: readonly Exclude<Stage, "lobby">[] = ["filter", "probe", "finished"];
const VERBS: Record<Exclude<Stage, "lobby">, string> = {
  filter: "Start review",
  probe: "Start build",
  finished: "Finish",
};

export function Controls() {
  return (
    <header className="topbar room-bar">
      <Brand href="/" />
      <StageControl />
      <ClockControl />
      <span className="grow" />
      <Gpu />
      <People />
      <ConnectionState />
      <ArrangeMenu />
      <ThemeToggle />
    </header>
  );
}

function StageControl() {
  const { stage, consented, interview } = useView();
  const act = useAct();
  const [asking, setAsking] = useState<Stage | null>(null);
  // -1 in the lobby, which has no button of its own.
  const at = STAGES.findIndex((one) => one === stage);
  const next = STAGES[at + 1];
  return (
    <div className="segments" role="group" aria-label="Stage">
      {STAGES.map((one) => (
        <button
          key={one}
          type="button"
          data-testid={`stage-${one}`}
          className={one === next ? "next" : ""}
          aria-pressed={one === stage}
          disabled={
            stage === "finished" || (one !== next && one !== "finished") || (!consented && one !== "finished")
          }
          title={
            !consented && one !== "finished" ? `${interview.candidate_name} has not agreed yet` : undefined
          }
          onClick={() => (one === "finished" ? setAsking(one) : void act("move_stage", { stage: one }))}
        >
          {STAGES.indexOf(one) <= at ? STAGE_NAMES[one] : VERBS[one]}
        </button>
      ))}
      <Confirm
        open={asking !== null}
        title="Finish the interview?"
        confirm="Finish"
        confirmTestId="confirm-finish"
        onConfirm={() => {
          void act("move_stage", { stage: "finished" });
          setAsking(null);
        }}
        onCancel={() => setAsking(null)}
      >
        <p>
          The room closes for {interview.candidate_name}, and the sandbox ends. You can still mark, write
          notes and read the report.
        </p>
      </Confirm>
    </div>
  );
}

function ClockControl() {
  const { clock, stage } = useView();
  const act = useAct();
  if (stage !== "filter" && stage !== "probe") return null;
  return (
    <div className="row clock" role="group" aria-label="Clock">
      <TimeLeft />
      <button
        type="button"
        className="button tiny"
        data-testid="clock-toggle"
        onClick={() => void act("clock", { action: clock.paused ? "start" : "pause" })}
      >
        {clock.paused ? "Start clock" : "Pause"}
      </button>
      <button
        type="button"
        className="button tiny"
        data-testid="clock-extend"
        onClick={() => void act("clock", { action: "extend", minutes: 5 })}
      >
        +5 min
      </button>
    </div>
  );
}

function People() {
  const { people } = useView();
  return (
    <ul className="people" aria-label="Who is here">
      {people.map((person) => (
        <li key={person.author}>
          <Chip tone={person.online ? "good" : "plain"} title={`${person.name}, ${person.role}`}>
            <i
              className={person.online ? "dot" : "dot hollow"}
              style={{ color: person.color }}
              aria-hidden="true"
            />{" "}
            <span className="name">{person.name}</span>
            {person.online && person.tabs < 2 ? null : (
              <span className="small">{person.online ? `${person.tabs} tabs` : "away"}</span>
            )}
          </Chip>
        </li>
      ))}
    </ul>
  );
}

/** Of an interview that was made with one: which it has, or where it stands in the queue. */
function Gpu() {
  const { device } = useView();
  if (!device || device.wanted === "cpu") return null;
  const ahead = device.ahead === 0 ? "next in line" : `${device.ahead} ahead in line`;
  const say = device.name || (device.ahead === null ? "no GPU now" : `waits for a GPU: ${ahead}`);
  return (
    <span role="status" data-testid="gpu">
      <Chip tone={device.name ? "good" : device.ahead === null ? "plain" : "info"} title={`GPU of the sandbox: ${say}`}>
        <i className={device.ahead === null ? "dot" : "dot pulse"} aria-hidden="true" />{" "}
        <span className="name">{say}</span>
      </Chip>
    </span>
  );
}
