/** Where a candidate's interview stands, in a sentence. Pure. */

import type { Mine } from "./shape";

export function standing(mine: Mine): string {
  if (!mine.finished) return "The interview is not over yet.";
  if (mine.decision === null) return "Nothing has been decided yet. A person will, with a reason.";
  return mine.decision.outcome === "go on" ? "You go on to the next step." : "You do not go on.";
}

/** Whether somebody still owes the candidate an answer. */
export function waits({ contests }: Pick<Mine, "contests">): boolean {
  return contests.some((one) => one.answer === null);
}
