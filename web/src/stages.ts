/** The stages in order, and what people call them. */

import type { Stage } from "./protocol";

export const STAGES: readonly Stage[] = ["lobby", "filter", "probe", "finished"];
export const STAGE_NAMES: Record<Stage, string> = {
  lobby: "Lobby",
  filter: "Review",
  probe: "Build",
  finished: "Finished",
};
