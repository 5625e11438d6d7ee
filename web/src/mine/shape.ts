/** What the candidate's own page shows: sandbox/service/mine.py, mirrored. */

import { boolean, list, nullable, number, object, oneOf, string, type Infer } from "../schema";

const answer = object({ at: number, name: string, text: string });
export const contest = object({ at: number, text: string, answer: nullable(answer) });
export type Contest = Infer<typeof contest>;

export const mine = object({
  id: string,
  candidate_name: string,
  interviewer_name: string,
  created_at: number,
  finished: boolean,
  consented_at: nullable(number),
  recorded: list(string),
  kept: string,
  deleted_at: nullable(number),
  decision: nullable(
    object({
      outcome: oneOf("go on", "stop"),
      reason: string,
      name: string,
      at: number,
      total: nullable(number),
      marks: list(
        object({ axis: oneOf("engineering", "research"), score: number, level: string, reason: string }),
      ),
      verdicts: list(
        object({
          check: string,
          status: oneOf("pass", "fail", "inconclusive", "not_run"),
          summary: string,
        }),
      ),
    }),
  ),
  contests: list(contest),
  can_contest: boolean,
  deletion_asked_at: nullable(number),
});
export type Mine = Infer<typeof mine>;
export type MyDecision = NonNullable<Mine["decision"]>;
