/** What server and page say to each other: docs/protocol.md, with a check for everything that arrives. */

import {
  boolean,
  list,
  literal,
  Mismatch,
  nullable,
  number,
  object,
  oneOf,
  optional,
  record,
  string,
  unknownRecord,
  type Infer,
  type Parse,
} from "./schema";
import { scorecard } from "./scorecard";

export type Role = "candidate" | "interviewer";
export type Axis = "engineering" | "research";
export const AXES: readonly Axis[] = ["engineering", "research"];
export const AXIS_NAMES: Record<Axis, string> = {
  engineering: "ML engineering",
  research: "Applied research",
};

export const stage = oneOf("lobby", "filter", "probe", "finished");
export type Stage = Infer<typeof stage>;

const finding = object({
  id: string,
  level: number,
  text: string,
  listen_for: string,
  red_flag: boolean,
  measured_by: string,
});
const rubric = object({
  levels: list(object({ score: number, title: string, descriptors: list(string) })),
  findings: list(finding),
  follow_ups: list(string),
});
export type Finding = Infer<typeof finding>;
export type Rubric = Infer<typeof rubric>;

export const output = object({
  kind: oneOf("stdout", "stderr", "result", "display", "error", "clear"),
  text: string,
  image: string,
  html: string,
});
export type Output = Infer<typeof output>;

export const run = object({
  id: number,
  kind: oneOf("file", "cell", "tests", "bench"),
  label: string,
  at: number,
  finished_at: nullable(number),
  outcome: nullable(oneOf("ok", "error", "interrupted", "died", "timed_out", "flooded")),
});
export type Run = Infer<typeof run>;

export const testCase = object({
  name: string,
  title: string,
  outcome: oneOf("passed", "failed", "error", "skipped"),
  message: string,
  seconds: number,
});
const testReport = object({
  at: number,
  running: boolean,
  error: string,
  cases: list(testCase),
});
export type TestReport = Infer<typeof testReport>;
export type TestCase = TestReport["cases"][number];

export const benchRow = object({
  num_speculative_tokens: number,
  acceptance_rate: nullable(number),
  draft_utilisation: nullable(number),
  tokens_per_target_call: number,
  textbook_tokens_per_target_call: nullable(number),
  bound_tokens_per_target_call: nullable(number),
  speedup: number,
  textbook_speedup: nullable(number),
  speedup_in_a_batch: nullable(number),
  target_calls: number,
  draft_calls: number,
  new_tokens: number,
});
const benchReport = object({
  at: number,
  running: boolean,
  error: string,
  rows: list(benchRow),
});
export type BenchReport = Infer<typeof benchReport>;
export type BenchRow = BenchReport["rows"][number];

const note = object({ id: number, at: number, stage, text: string });
export type Note = Infer<typeof note>;

const mark = object({ score: number, reason: string, by: string, at: number });
export type Mark = Infer<typeof mark>;

const otherMark = object({
  axis: oneOf("engineering", "research"),
  score: number,
  reason: string,
  by: string,
  at: number,
  blind: boolean,
});
export type OtherMark = Infer<typeof otherMark>;

/** Where the panel's marking stands, as far as this reader may know. */
const panelMarks = object({
  marks: list(otherMark),
  waiting_for: list(string),
  shown: boolean,
  asks: list(string),
  total: nullable(object({ value: number, low: number, high: number, progresses: boolean })),
  decision: nullable(
    object({ outcome: oneOf("go on", "stop"), name: string, reason: string, at: number }),
  ),
});
export type PanelMarks = Infer<typeof panelMarks>;

const suggestion = object({ score: nullable(number), because: list(string) });
export type Suggestion = Infer<typeof suggestion>;

const judgement = object({
  id: number,
  at: number,
  sha256: string,
  by: oneOf("submit", "interviewer"),
  budget: oneOf("quick", "full"),
  state: oneOf("queued", "running", "judged", "failed"),
  progress: nullable(object({ check: string, done: number, of: number, note: string })),
  scorecard: nullable(scorecard),
  fault: string,
});
export type Judgement = Infer<typeof judgement>;

const integrity = object({
  at: number,
  kind: oneOf("paste", "away", "back", "joined", "left", "big_insert"),
  detail: string,
});
export type IntegrityEvent = Infer<typeof integrity>;

const view = object({
  now: number,
  interview: object({ id: string, candidate_name: string, interviewer_name: string, created_at: number }),
  role: oneOf("candidate", "interviewer"),
  stage,
  consented: boolean,
  clock: object({ minutes: number, running: boolean, elapsed_ms: number }),
  people: list(object({ role: string, name: string, online: boolean, tabs: number })),
  sandbox: object({ state: oneOf("off", "starting", "ready", "failed"), message: string }),
  kernel: object({ state: oneOf("starting", "idle", "busy", "dead"), run: nullable(number) }),
  runs: list(run),
  tests: nullable(testReport),
  bench: nullable(benchReport),
  submission: nullable(object({ sha256: string, at: number })),
  files_error: string,
  alert: optional(string),
  runtime: optional(object({ name: string, caveats: list(string) })),
  notes: optional(list(note)),
  ticks: optional(list(string)),
  marks: optional(object({ engineering: nullable(mark), research: nullable(mark) })),
  panel_marks: optional(panelMarks),
  judgements: optional(list(judgement)),
  suggestions: optional(nullable(object({ engineering: suggestion, research: suggestion }))),
  integrity: optional(list(integrity)),
});
export type View = Infer<typeof view>;
export type ClockView = View["clock"];

const summary = object({
  id: string,
  candidate_name: string,
  interviewer_name: string,
  created_at: number,
  stage,
  total: nullable(number),
  decision: nullable(oneOf("go on", "stop")),
  report: boolean,
});
export type InterviewSummary = Infer<typeof summary>;

export const interviewList = object({ interviews: list(summary) });
export const createdInterview = object({
  interview: summary,
  links: object({ candidate: string, interviewer: string }),
});
export type CreatedInterview = Infer<typeof createdInterview>;
export const joined = object({ role: string, interview: nullable(string), path: string });
export const health = object({ status: string, runtime: string, caveats: list(string) });

export const filterMaterials = object({
  title: string,
  minutes: number,
  brief: string,
  exhibit: object({ path: string, text: string }),
});
export const probeMaterials = object({ title: string, minutes: number, brief: string, entry: string });
export const materials = object({
  filter: nullable(filterMaterials),
  probe: nullable(probeMaterials),
  plan: optional(object({ filter_minutes: number, probe_minutes: number })),
  guide: optional(
    object({ filter: string, probe: string, rubrics: object({ engineering: rubric, research: rubric }) }),
  ),
});
export type Materials = Infer<typeof materials>;
export type FilterMaterials = NonNullable<Materials["filter"]>;
export type ProbeMaterials = NonNullable<Materials["probe"]>;
export type GuideMaterials = NonNullable<Materials["guide"]>;

const axisReport = object({
  suggested: nullable(suggestion),
  marks: list(otherMark),
  ticked: list(finding),
  ticked_at: record(number),
  rubric,
});
export type AxisReport = Infer<typeof axisReport>;

export const report = object({
  interview: summary,
  now: number,
  progress_threshold: number,
  axes: object({ engineering: axisReport, research: axisReport }),
  panel: panelMarks,
  judgement: nullable(judgement),
  review: object({
    summary: string,
    comments: list(object({ line: number, text: string })),
    exhibit: object({ path: string, text: string }),
    supported: list(
      object({
        finding: string,
        places: list(
          object({ line: nullable(number), term: string, before: string, match: string, after: string }),
        ),
      }),
    ),
  }),
  files: list(object({ path: string, text: string })),
  notes: list(note),
  runs: list(run),
  tests: nullable(testReport),
  bench: nullable(benchReport),
  timeline: list(object({ at: number, kind: string, text: string })),
  chain: object({ events: number, head: string, intact: boolean }),
});
export type Report = Infer<typeof report>;

const frames = {
  view: object({ type: literal("view"), view }),
  outputs: object({ type: literal("outputs"), run: number, outputs: list(output), from: number }),
  done: object({ type: literal("done"), id: number, result: optional(unknownRecord) }),
  refused: object({ type: literal("refused"), id: number, message: string }),
} satisfies Record<string, Parse<unknown>>;

export type ServerFrame = { [K in keyof typeof frames]: Infer<(typeof frames)[K]> }[keyof typeof frames];

/** Parse a text frame. Throws Mismatch for anything that is not in docs/protocol.md. */
export function parseFrame(text: string): ServerFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Mismatch("frame: no JSON");
  }
  const { type } = object({ type: oneOf("view", "outputs", "done", "refused") })(value, "");
  return frames[type](value, "");
}

export const completion = object({ matches: list(string), start: number, end: number });
export type Completion = Infer<typeof completion>;

/** Commands and their arguments, by name. */
export interface Commands {
  consent: Record<string, never>;
  run: { path: string; line: number | null };
  interrupt: Record<string, never>;
  restart: Record<string, never>;
  tests: Record<string, never>;
  bench: Record<string, never>;
  complete: { code: string; cursor: number };
  submit: Record<string, never>;
  paste: { where: string; characters: number };
  focus: { visible: boolean };
  move_stage: { stage: Stage };
  clock: { action: "start" | "pause" | "extend"; minutes?: number };
  add_note: { text: string };
  edit_note: { note: number; text: string };
  tick: { finding: string; on: boolean };
  mark: { axis: Axis; score: number; reason: string };
  judge_now: { budget?: "quick" | "full" };
}
export type CommandName = keyof Commands;
