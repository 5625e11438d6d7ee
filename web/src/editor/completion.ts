/** Completion from the live kernel; what the language itself knows when the kernel does not answer. */

import { autocompletion, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { globalCompletion, localCompletionSource } from "@codemirror/lang-python";
import type { Extension } from "@codemirror/state";

import type { Completion } from "../protocol";

export type AskKernel = (code: string, cursor: number) => Promise<Completion>;

const PATIENCE_MS = 700;
/** Completion needs what stands before the cursor; a command frame may be 64 KiB. */
const MAX_CODE = 40_000;

export function completion(ask: AskKernel): Extension {
  return autocompletion({ override: [(context) => complete(context, ask)], activateOnTypingDelay: 150 });
}

async function complete(context: CompletionContext, ask: AskKernel): Promise<CompletionResult | null> {
  const word = context.matchBefore(/[\w.]+$/);
  if (!word && !context.explicit) return null;
  return (await fromKernel(context, ask)) ?? fromLanguage(context);
}

async function fromKernel(context: CompletionContext, ask: AskKernel): Promise<CompletionResult | null> {
  const offset = Math.max(0, context.pos - MAX_CODE);
  const code = context.state.sliceDoc(offset, context.pos);
  const answer = await Promise.race([ask(code, code.length).catch(() => null), patience()]);
  if (!answer || answer.matches.length === 0) return null;
  return {
    from: offset + answer.start,
    options: answer.matches.slice(0, 200).map((label) => ({ label })),
    validFor: /^\w*$/,
  };
}

async function fromLanguage(context: CompletionContext): Promise<CompletionResult | null> {
  return localCompletionSource(context) ?? (await globalCompletion(context));
}

function patience(): Promise<null> {
  return new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE_MS));
}
