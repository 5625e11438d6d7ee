/** `/room/<id>/interviewer`: the candidate's room as it is now, and what only the interviewer sees. */

import { useEffect } from "react";

import { FilterStage } from "../candidate/FilterStage";
import { Controls } from "../interviewer/Controls";
import { Caveats } from "../interviewer/Caveats";
import { Mirror } from "../interviewer/Mirror";
import { SidePanel } from "../interviewer/SidePanel";
import type { Materials } from "../protocol";
import { Room, useRoom, useView } from "../room/context";
import { ConnectionBanner, ProblemBanner } from "../room/RoomBar";
import { Banner, Empty } from "../ui/parts";
import { Split } from "../ui/Split";

export default function Interviewer({ interview }: { interview: string }) {
  return (
    <Room interview={interview} role="interviewer">
      {(materials) => <Watching materials={materials} />}
    </Room>
  );
}

const INTERVIEWER_COLOR = "#4a7bd0";

function Watching({ materials }: { materials: Materials }) {
  const { awareness } = useRoom();
  const { interview } = useView();
  useEffect(() => {
    awareness.setLocalState({
      user: { name: interview.interviewer_name, role: "interviewer", color: INTERVIEWER_COLOR },
      file: null,
    });
  }, [awareness, interview.interviewer_name]);
  return (
    <div className="room">
      <Controls />
      <Caveats />
      <ConnectionBanner />
      <ProblemBanner />
      <Split
        name="private"
        direction="row"
        initial={64}
        least={25}
        first={<Stage materials={materials} />}
        second={<SidePanel guide={materials.guide} />}
      />
    </div>
  );
}

function Finished() {
  const { submission } = useView();
  return (
    <Banner tone="info">
      The interview is finished.{" "}
      {submission ? "The work was submitted." : "Nothing was submitted; the files as they stand count."} File
      your marks on the right, then open the report.
    </Banner>
  );
}

function Stage({ materials }: { materials: Materials }) {
  const { stage, consented, interview } = useView();
  if (stage === "lobby") {
    return (
      <Empty
        title={
          consented
            ? `${interview.candidate_name} is ready`
            : `Waiting for ${interview.candidate_name} to agree and enter`
        }
      >
        {consented
          ? "Say hello, then start the review with the button above."
          : "They see what will happen and what is recorded. The guide on the right prepares you for the first questions."}
      </Empty>
    );
  }
  if (stage === "filter" && materials.filter)
    return <FilterStage filter={materials.filter} writable={false} />;
  if (materials.probe) {
    return (
      <div className="column">
        {stage === "finished" ? <Finished /> : null}
        <Mirror probe={materials.probe} />
      </div>
    );
  }
  return <Empty title="Loading what the candidate sees" />;
}
