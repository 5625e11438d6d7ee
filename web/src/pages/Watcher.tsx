/** `/room/<id>/watcher`: the candidate's room, for somebody who looks on and writes nothing. */

import { FilterStage } from "../candidate/FilterStage";
import { Mirror } from "../interviewer/Mirror";
import type { Materials } from "../protocol";
import { ChatButton } from "../room/Chat";
import { Room, useView } from "../room/context";
import { FocusBanner } from "../room/FocusBlock";
import { ConnectionBanner, ConnectionState, TimeLeft } from "../room/RoomBar";
import { STAGE_NAMES } from "../stages";
import { Banner, Brand, Chip, Empty, ThemeToggle } from "../ui/parts";
import { useTitle } from "../ui/title";

export default function Watcher({ interview }: { interview: string }) {
  return (
    <Room interview={interview} role="watcher">
      {(materials) => <Watching materials={materials} />}
    </Room>
  );
}

function Watching({ materials }: { materials: Materials }) {
  const { stage, interview } = useView();
  useTitle(interview.candidate_name, STAGE_NAMES[stage]);
  return (
    <div className="room">
      <header className="topbar room-bar">
        <Brand />
        <Chip tone="plain">You are looking on at {interview.candidate_name}’s interview</Chip>
        <span className="grow" />
        <ChatButton />
        <ConnectionState />
        {stage === "filter" || stage === "probe" ? <TimeLeft /> : null}
        <ThemeToggle />
      </header>
      <ConnectionBanner />
      <FocusBanner />
      {stage === "finished" ? <Banner tone="info">The interview is finished.</Banner> : null}
      {stage === "filter" && materials.filter ? (
        <FilterStage filter={materials.filter} writable={false} />
      ) : materials.probe ? (
        <Mirror probe={materials.probe} />
      ) : (
        <Empty title={`Waiting for the interview with ${interview.candidate_name} to begin`}>
          What {interview.candidate_name} sees appears here by itself.
        </Empty>
      )}
    </div>
  );
}
