/** The checker in its worker: Ruff with the rules of pyflakes. */

import init, { PositionEncoding, Workspace, type Diagnostic } from "@astral-sh/ruff-wasm-web";
import wasm from "@astral-sh/ruff-wasm-web/ruff_wasm_bg.wasm?url";

import type { Answer, Finding, Question } from "./names";
import { OPTIONS } from "./rules";

const ready = init({ module_or_path: wasm }).then(() => new Workspace(OPTIONS, PositionEncoding.Utf16));

function findings(workspace: Workspace, text: string): Finding[] {
  return (workspace.check(text) as Diagnostic[]).flatMap(({ code, message, start_location, end_location }) =>
    code?.startsWith("F") ? [{ code, message, from: start_location, to: end_location }] : [],
  );
}

onmessage = async ({ data: { id, text } }: MessageEvent<Question>) => {
  const workspace = await ready;
  const answer: Answer = { id, findings: findings(workspace, text) };
  postMessage(answer);
};

// A worker whose checker cannot start says so, instead of keeping everybody waiting.
ready.catch((error: unknown) => {
  setTimeout(() => {
    throw error;
  });
});
