/** `/room/<id>/interviewer`: the candidate's room as it is now, and what only the interviewer sees. */

import { useEffect } from "react";

import { FilterStage } from "../candidate/FilterStage";
import { Controls } from "../interviewer/Controls";
import { Caveats } from "../interviewer/Caveats";
import { Mirror } from "../interviewer/Mirror";
import { SidePanel } from "../interviewer/SidePanel";
import type { Materials } from "../protocol";
import { Room, useRoom, useView } from "../room/context";
import { CoEditBanner } from "../room/CoEdit";
import { FocusBanner, FocusWish } from "../room/FocusBlock";
import { ConnectionBanner, ProblemBanner } from "../room/RoomBar";
import { STAGE_NAMES } from "../stages";
import { Banner, Empty } from "../ui/parts";
import { Split } from "../ui/Split";
import { useTitle } from "../ui/title";

export default function Interviewer({ interview }: { interview: string }) {
  return (
    <Room interview={interview} role="interviewer">
      {(materials) => <Watching materials={materials} />}
    </Room>
  );
}

function Watching({ materials }: { materials: Materials }) {
  const { awareness } = useRoom();
  const { you, people, interview, stage } = useView();
  useTitle(interview.candidate_name, STAGE_NAMES[stage]);
  const me = people.find((one) => one.author === you);
  useEffect(() => {
    // For this page alone: the server tells the others who it is.
    awareness.setLocalStateField("user", { name: me?.name, role: me?.role, color: me?.color });
  }, [awareness, me?.name, me?.role, me?.color]);
  return (
    <div className="room">
      <Controls />
      <Caveats />
      <ConnectionBanner />
      <ProblemBanner />
      <FocusWish />
      <FocusBanner />
      <CoEditBanner />
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
  const { submission, interview } = useView();
  return (
    <Banner
      tone="info"
      action={
        <a
          className="button tiny"
          href={`/report/${encodeURIComponent(interview.id)}`}
          target="_blank"
          rel="noreferrer"
        >
          Report
        </a>
      }
    >
      The interview is finished.{" "}
      {submission ? "The work was submitted." : "Nothing was submitted; the files as they stand count."} File
      your marks on the right, then open the report.
    </Banner>
  );
}

export function Stage({ materials }: { materials: Materials }) {
  const { stage, consented, interview, co_edit, focus } = useView();
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
    return <FilterStage filter={materials.filter} writable={co_edit && focus.until === null} />;
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
