/** `/room/<id>`: the candidate's room, one screen a stage. */

import { useEffect, useState } from "react";

import { Lobby } from "../candidate/Lobby";
import { FilterStage } from "../candidate/FilterStage";
import { ProbeStage } from "../candidate/ProbeStage";
import { Thanks } from "../candidate/Thanks";
import { useIntegrity } from "../candidate/useIntegrity";
import type { Materials } from "../protocol";
import { Room, useRoom, useView } from "../room/context";
import { ConnectionBanner, ProblemBanner, RoomBar } from "../room/RoomBar";
import { CoEditBanner } from "../room/CoEdit";
import { FocusBanner } from "../room/FocusBlock";
import { STAGE_NAMES } from "../stages";
import { Loading } from "../ui/parts";
import { useTitle } from "../ui/title";

export default function Candidate({ interview }: { interview: string }) {
  return (
    <Room interview={interview} role="candidate">
      {(materials) => <Stages materials={materials} />}
    </Room>
  );
}

function Stages({ materials }: { materials: Materials }) {
  const view = useView();
  useTitle(STAGE_NAMES[view.stage]);
  useIntegrity(view.stage);
  useAwareness();
  if (view.stage === "lobby" || !view.consented) return <Lobby plan={materials.plan} />;
  if (view.stage === "finished") return <Thanks />;
  return (
    <div className="room">
      <RoomBar />
      <ConnectionBanner />
      <ProblemBanner />
      <FocusBanner />
      <CoEditBanner />
      {view.stage === "filter" ? <Filter materials={materials} /> : <Probe materials={materials} />}
    </div>
  );
}

function Filter({ materials }: { materials: Materials }) {
  return materials.filter ? (
    <FilterStage filter={materials.filter} writable />
  ) : (
    <Loading what="Loading the file" />
  );
}

function Probe({ materials }: { materials: Materials }) {
  return materials.probe ? <ProbeStage probe={materials.probe} /> : <Loading what="Loading the task" />;
}

const CANDIDATE_COLOR = "#d0762c";

function useAwareness(): void {
  const { awareness } = useRoom();
  const { interview } = useView();
  const [name] = useState(interview.candidate_name);
  useEffect(() => {
    awareness.setLocalStateField("user", {
      name,
      role: "candidate",
      color: CANDIDATE_COLOR,
      colorLight: `${CANDIDATE_COLOR}33`,
    });
  }, [awareness, name]);
}
