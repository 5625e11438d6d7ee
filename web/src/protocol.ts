/** What server and page say to each other: docs/protocol.md, with a check for everything that arrives. */

import { contest } from "./mine/shape";
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

export type Role = "candidate" | "interviewer" | "watcher";
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
  ask: optional(list(string)),
});
const rubric = object({
  levels: list(object({ score: number, title: string, descriptors: list(string) })),
  findings: list(finding),
  topics: list(object({ id: string, title: string, strong: string })),
  follow_ups: list(string),
});
export type Finding = Infer<typeof finding>;
export type Rubric = Infer<typeof rubric>;

export const output = object({
  kind: oneOf("stdout", "stderr", "result", "display", "update", "error", "clear"),
  text: string,
  image: string,
  html: string,
  id: string,
});
export type Output = Infer<typeof output>;

export const run = object({
  id: number,
  kind: oneOf("file", "cell", "selection", "tests", "bench"),
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
  assertion: string,
  output: string,
  file: string,
  line: nullable(number),
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

const origin = oneOf("accepted", "recovered", "bonus", "plain");
export type Origin = Infer<typeof origin>;

export const tokenStrip = object({
  num_speculative_tokens: number,
  prompt: list(number),
  tokens: list(number),
  origins: list(origin),
  rejected: list(object({ at: number, tokens: list(number) })),
});
export type TokenStrip = Infer<typeof tokenStrip>;

export const benchText = object({
  num_speculative_tokens: number,
  acceptance_rate: nullable(number),
  tokens_per_target_call: number,
  new_tokens: number,
  seconds: number,
  plain_seconds: number,
  prompt: list(string),
  pieces: list(string),
  origins: list(origin),
  rejected: list(object({ at: number, pieces: list(string) })),
});
export type BenchText = Infer<typeof benchText>;

const benchPoint = object({
  run: number,
  at: number,
  num_speculative_tokens: number,
  acceptance_rate: nullable(number),
  tokens_per_target_call: number,
  speedup: number,
});
export type BenchPoint = Infer<typeof benchPoint>;

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
  strips: list(tokenStrip),
  texts: list(benchText),
});
export type BenchReport = Infer<typeof benchReport>;
export type BenchRow = BenchReport["rows"][number];

const terminal = object({
  rows: number,
  columns: number,
  /** Who typed in it last; the candidate until somebody else has. */
  typist: string,
});

const note = object({
  id: number,
  at: number,
  stage,
  text: string,
  author: optional(string),
  by: optional(string),
});
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
  kind: oneOf("paste", "away", "back", "joined", "left", "big_insert", "input_method", "rhythm"),
  detail: string,
  origin: oneOf("room", "outside", "unknown"),
  text: string,
  lasted_ms: nullable(number),
});
export type IntegrityEvent = Infer<typeof integrity>;

const discussed = object({
  topic: string,
  ticked: list(string),
  figures: list(object({ label: string, value: number, low: number, high: number, unit: string })),
});
export type Discussed = Infer<typeof discussed>;

const deviceClass = oneOf("cpu", "gpu");
export type DeviceClass = Infer<typeof deviceClass>;

const view = object({
  now: number,
  interview: object({ id: string, candidate_name: string, interviewer_name: string, created_at: number }),
  role: oneOf("candidate", "interviewer", "watcher"),
  you: string,
  stage,
  consented: boolean,
  clock: object({
    minutes: number,
    running: boolean,
    elapsed_ms: number,
    paused: boolean,
    credits: list(
      object({
        causes: list(oneOf("server", "connection", "sandbox")),
        began: number,
        lost_ms: number,
        over: boolean,
      }),
    ),
  }),
  people: list(
    object({
      author: string,
      role: string,
      name: string,
      color: string,
      online: boolean,
      tabs: number,
    }),
  ),
  co_edit: boolean,
  focus: object({ asked: nullable(number), until: nullable(number) }),
  display: object({ timer_hidden: boolean, screen_reader: boolean }),
  sandbox: object({ state: oneOf("off", "starting", "ready", "failed"), message: string }),
  kernel: object({ state: oneOf("starting", "idle", "busy", "dead"), run: nullable(number) }),
  runs: list(run),
  tests: nullable(testReport),
  bench: nullable(benchReport),
  bench_history: list(benchPoint),
  terminal: nullable(terminal),
  submission: nullable(object({ sha256: string, at: number })),
  files_error: string,
  alert: optional(string),
  runtime: optional(object({ name: string, caveats: list(string) })),
  device: optional(object({ wanted: deviceClass, name: string, ahead: nullable(number) })),
  notes: optional(list(note)),
  ticks: optional(list(string)),
  marks: optional(object({ engineering: nullable(mark), research: nullable(mark) })),
  panel_marks: optional(panelMarks),
  judgements: optional(list(judgement)),
  suggestions: optional(nullable(object({ engineering: suggestion, research: suggestion }))),
  integrity: optional(list(integrity)),
  topics: optional(list(discussed)),
  signals: optional(boolean),
});
export type View = Infer<typeof view>;
export type ClockView = View["clock"];
export type Credit = ClockView["credits"][number];

const message = object({ at: number, author: string, name: string, text: string });
export type ChatMessage = Infer<typeof message>;

const member = object({ member: number, role: string, name: string, link: string });
export type Member = Infer<typeof member>;
export const panel = object({ panel: list(member) });
export const invited = member;
export const nothing = object({});

export const accommodations = object({
  time_percent: number,
  timer_hidden: boolean,
  screen_reader: boolean,
  assistive_input: boolean,
});
export type Accommodations = Infer<typeof accommodations>;
export const NO_ACCOMMODATIONS: Accommodations = {
  time_percent: 100,
  timer_hidden: false,
  screen_reader: false,
  assistive_input: false,
};

const summary = object({
  id: string,
  candidate_name: string,
  interviewer_name: string,
  created_at: number,
  stage,
  total: nullable(number),
  decision: nullable(oneOf("go on", "stop")),
  contested: boolean,
  deletion_asked: boolean,
  report: boolean,
  synthetic: boolean,
});
export type InterviewSummary = Infer<typeof summary>;

export const interviewList = object({ interviews: list(summary) });
export const createdInterview = object({
  interview: summary,
  links: object({ candidate: string, interviewer: string }),
});
export type CreatedInterview = Infer<typeof createdInterview>;
export const joined = object({ role: string, interview: nullable(string), path: string });
const delivery = object({
  id: string,
  endpoint: string,
  state: oneOf("waiting", "delivered", "gave_up"),
  due_at: number,
  attempts: list(object({ at: number, status: nullable(number), reason: string })),
});
export const deliveryList = object({ deliveries: list(delivery) });
export type Delivery = Infer<typeof delivery>;

export const hosting = object({
  runtime: string,
  pool: object({ size: number, ready: number, starting: boolean, reason: string, retry_in_s: number }),
  devices: list(
    object({
      id: string,
      name: string,
      memory_bytes: number,
      state: oneOf("free", "held", "checking", "quarantined"),
      interview: string,
      reason: string,
    }),
  ),
  waiting: number,
});
export type Hosting = Infer<typeof hosting>;
export type Device = Hosting["devices"][number];

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
  plan: optional(
    object({ filter_minutes: number, probe_minutes: number, recorded: list(string), kept: string }),
  ),
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
  topics: list(discussed),
  judgement: nullable(judgement),
  unseen: string,
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
  signals: list(integrity),
  timeline: list(object({ at: number, kind: string, text: string })),
  contests: list(contest),
  chain: object({ events: number, head: string, intact: boolean }),
});
export type Report = Infer<typeof report>;

const frames = {
  view: object({ type: literal("view"), view }),
  outputs: object({ type: literal("outputs"), run: number, outputs: list(output), from: number }),
  chat: object({ type: literal("chat"), from: number, messages: list(message) }),
  terminal: object({ type: literal("terminal"), text: string, reset: boolean }),
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
  const { type } = object({ type: oneOf("view", "outputs", "chat", "terminal", "done", "refused") })(value, "");
  return frames[type](value, "");
}

export const completion = object({ matches: list(string), start: number, end: number });
export const inspected = object({ text: string });
export type Completion = Infer<typeof completion>;

/** Commands and their arguments, by name. */
export interface Commands {
  consent: Record<string, never>;
  run: { path: string; line: number | null; end?: number };
  interrupt: Record<string, never>;
  restart: Record<string, never>;
  tests: Record<string, never>;
  bench: Record<string, never>;
  complete: { code: string; cursor: number };
  inspect: { code: string; cursor: number };
  terminal_open: { rows: number; columns: number };
  terminal_type: { text: string };
  terminal_resize: { rows: number; columns: number };
  terminal_close: Record<string, never>;
  submit: Record<string, never>;
  paste: { where: string; characters: number; text?: string };
  input_method: { where: string; characters: number };
  focus: { visible: boolean };
  move_stage: { stage: Stage };
  clock: { action: "start" | "pause" | "extend"; minutes?: number };
  add_note: { text: string };
  edit_note: { note: number; text: string };
  tick: { finding: string; on: boolean };
  mark: { axis: Axis; score: number; reason: string };
  co_edit: { on: boolean };
  ask_focus_block: { minutes: number };
  focus_block: { minutes: number };
  end_focus_block: Record<string, never>;
  say: { text: string };
  judge_now: { budget?: "quick" | "full" };
}
export type CommandName = keyof Commands;
