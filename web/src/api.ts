/** The HTTP half of the protocol: one function a call. Every failure is an ApiError that says what to do. */

import { calibration, impacts } from "./cohort/figures";
import { mine, type Mine } from "./mine/shape";
import {
  accommodations,
  createdInterview,
  deliveryList,
  health,
  hosting,
  interviewList,
  invited,
  joined,
  materials,
  nothing,
  panel,
  report,
  type Accommodations,
  type Delivery,
  type DeviceClass,
  type Role,
} from "./protocol";
import { recording, type Recording } from "./recording";
import { Mismatch, object, string, type Infer, type Parse } from "./schema";
import { batchPressure } from "./whatif/measured";

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

const failure = object({ error: object({ code: string, message: string, hint: string }) });

async function call<T>(path: string, parse: Parse<T>, body?: unknown): Promise<T> {
  let response: Response;
  try {
    response = await fetch(
      path,
      body === undefined
        ? {}
        : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    );
  } catch {
    throw new ApiError(
      0,
      "unreachable",
      "The server cannot be reached.",
      "Check your connection, then try again.",
    );
  }
  const answer: unknown = await response.json().catch(() => null);
  if (!response.ok) throw asError(response.status, answer);
  try {
    return parse(answer, "");
  } catch (error) {
    if (!(error instanceof Mismatch)) throw error;
    throw new ApiError(
      response.status,
      "mismatch",
      `The server's answer does not fit this page (${error.message}).`,
      "Reload the page: it may be from before an upgrade.",
    );
  }
}

function asError(status: number, answer: unknown): ApiError {
  try {
    const { error } = failure(answer, "");
    return new ApiError(status, error.code, error.message, error.hint);
  } catch {
    return new ApiError(status, "unknown", `The server answered ${status}.`, "Try again in a moment.");
  }
}

export const join = (token: string): Promise<Infer<typeof joined>> => call("/api/join", joined, { token });

export const listInterviews = (): Promise<Infer<typeof interviewList>> =>
  call("/api/interviews", interviewList);

export interface NewInterview {
  candidate_name: string;
  interviewer_name: string;
  filter_minutes: number;
  probe_minutes: number;
  accommodations: Accommodations;
  device: DeviceClass;
  /** What an applicant tracking system calls it; may be empty. */
  reference: string;
}

export const createInterview = (form: NewInterview): Promise<Infer<typeof createdInterview>> =>
  call("/api/interviews", createdInterview, form);

export const fetchHosting = (): Promise<Infer<typeof hosting>> => call("/api/hosting", hosting);

export const fetchMaterials = (interview: string, role: Role): Promise<Infer<typeof materials>> =>
  call(`/api/rooms/${encodeURIComponent(interview)}/${role}/materials`, materials);

export const fetchReport = (interview: string): Promise<Infer<typeof report>> =>
  call(`/api/rooms/${encodeURIComponent(interview)}/report`, report);

export const fetchCalibration = (): Promise<Infer<typeof calibration>> => call("/api/calibration", calibration);

export const fetchBatchPressure = (): Promise<Infer<typeof batchPressure>> =>
  call("/api/batch-pressure", batchPressure);

/** The server works with the counts and forgets them. */
export const fetchImpacts = (csv: string): Promise<Infer<typeof impacts>> => call("/api/impact", impacts, { csv });

export interface Decision {
  outcome: "go on" | "stop";
  reason: string;
  name: string;
}

export const decide = (interview: string, decision: Decision): Promise<unknown> =>
  call(`/api/rooms/${encodeURIComponent(interview)}/decision`, object({}), decision);

export const fetchRecording = (interview: string): Promise<Recording> =>
  call(`/api/rooms/${encodeURIComponent(interview)}/recording`, recording);

export const fetchHealth = (): Promise<Infer<typeof health>> => call("/api/health", health);

const room = (interview: string, rest: string): string =>
  `/api/rooms/${encodeURIComponent(interview)}/${rest}`;

export const fetchMine = (interview: string): Promise<Mine> => call(room(interview, "mine"), mine);

export const contestDecision = (interview: string, text: string): Promise<unknown> =>
  call(room(interview, "contest"), nothing, { text });

export const answerContest = (interview: string, text: string, name: string): Promise<unknown> =>
  call(room(interview, "contest/answer"), nothing, { text, name });

export const askDeletion = (interview: string, reason: string): Promise<unknown> =>
  call(room(interview, "mine/deletion"), nothing, { reason });

/** For good. */
export const deleteInterview = (interview: string, reason: string, name: string): Promise<unknown> =>
  call(room(interview, "delete"), nothing, { reason, name });

export const fetchPanel = (interview: string): Promise<Infer<typeof panel>> =>
  call(room(interview, "panel"), panel);

export const inviteMember = (
  interview: string,
  form: { name: string; role: "interviewer" | "watcher" },
): Promise<Infer<typeof invited>> => call(room(interview, "panel"), invited, form);

export const removeMember = (interview: string, member: number): Promise<unknown> =>
  call(room(interview, `panel/${member}/remove`), nothing, {});

export const fetchAccommodations = (interview: string): Promise<Accommodations> =>
  call(room(interview, "accommodations"), accommodations);

export const fetchDeliveries = (interview: string): Promise<readonly Delivery[]> =>
  call(room(interview, "deliveries"), deliveryList).then((answer) => answer.deliveries);

export const sendAgain = (interview: string, delivery: string): Promise<unknown> =>
  call(room(interview, `deliveries/${encodeURIComponent(delivery)}/again`), nothing, {});

export const saveAccommodations = (interview: string, form: Accommodations): Promise<Accommodations> =>
  call(room(interview, "accommodations"), accommodations, form);
