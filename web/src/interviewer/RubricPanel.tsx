/** Findings to tick while listening, and the mark on each axis. */

import { useState } from "react";

import { AXES, AXIS_NAMES, type Axis, type Finding, type GuideMaterials, type Rubric } from "../protocol";
import { useAct, useView } from "../room/context";
import { Topics } from "../report/Topics";
import { Inline } from "../ui/Inline";
import { Tabs } from "../ui/Tabs";
import { FollowUps } from "./FollowUps";
import { MarkForm } from "./MarkForm";
import { Standing } from "./Standing";

export function RubricPanel({ guide }: { guide: GuideMaterials }) {
  const { stage, marks, topics = [] } = useView();
  const [chosen, setChosen] = useState<Axis | null>(null);
  const axis = chosen ?? (stage === "probe" || stage === "finished" ? "research" : "engineering");
  return (
    <div className="column">
      <Tabs
        label="Axis"
        selected={axis}
        onSelect={(id) => setChosen(id as Axis)}
        items={AXES.map((one) => ({
          id: one,
          label: (
            <>
              {AXIS_NAMES[one]}
              <span className="count">{marks?.[one] ? `${marks[one].score}/5` : "open"}</span>
            </>
          ),
        }))}
      />
      <div className="scroll pad fill stack" tabIndex={0} role="group" aria-label="Rubric" key={axis}>
        {guide.rubrics[axis].topics.length > 0 ? (
          <details>
            <summary>
              Topics{" "}
              <span className="muted small">
                {topics.filter((one) => one.ticked.length > 0).length} of {topics.length} ticked, with the
                judge’s figures
              </span>
            </summary>
            <Topics rubric={guide.rubrics[axis]} discussed={topics} />
          </details>
        ) : null}
        <Findings rubric={guide.rubrics[axis]} />
        <MarkForm axis={axis} rubric={guide.rubrics[axis]} />
        <Standing />
      </div>
    </div>
  );
}

function Findings({ rubric }: { rubric: Rubric }) {
  const levels = [...new Set(rubric.findings.filter((one) => !one.red_flag).map((one) => one.level))].sort(
    (a, b) => a - b,
  );
  const flags = rubric.findings.filter((one) => one.red_flag);
  return (
    <>
      {levels.map((level) => (
        <Group
          key={level}
          title={`Level ${level}`}
          note={rubric.levels.find((one) => one.score === level)?.title ?? ""}
          findings={rubric.findings.filter((one) => !one.red_flag && one.level === level)}
        />
      ))}
      {flags.length > 0 ? (
        <Group title="Red flags" note="each caps the suggestion" findings={flags} danger />
      ) : null}
    </>
  );
}

function Group(props: { title: string; note: string; findings: readonly Finding[]; danger?: boolean }) {
  return (
    <fieldset className={`findings ${props.danger ? "danger" : ""}`}>
      <legend>
        <span className="eyebrow">{props.title}</span> <span className="small muted">{props.note}</span>
      </legend>
      {props.findings.map((finding) => (
        <Tick key={finding.id} finding={finding} />
      ))}
    </fieldset>
  );
}

function Tick({ finding }: { finding: Finding }) {
  const { ticks = [] } = useView();
  const act = useAct();
  // Shown at once; the server's view has the last word when it has answered.
  const [wanted, setWanted] = useState<boolean | null>(null);
  const tick = async (on: boolean) => {
    setWanted(on);
    await act("tick", { finding: finding.id, on });
    setWanted(null);
  };
  return (
    <div>
      <label className="finding">
        <input
          type="checkbox"
          checked={wanted ?? ticks.includes(finding.id)}
          data-testid={`tick-${finding.id}`}
          onChange={(event) => void tick(event.target.checked)}
        />
        <span>
          <Inline text={finding.text} />
          <span className="small muted listen">
            <Inline text={finding.listen_for} />
            {finding.measured_by ? <span className="chip">measured: {finding.measured_by}</span> : null}
          </span>
        </span>
      </label>
      <FollowUps questions={finding.ask ?? []} topic={finding.text} />
    </div>
  );
}
