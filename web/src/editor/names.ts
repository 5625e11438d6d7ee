/**
 * Marks for names that Python would trip over: undefined, unused, defined twice. Ruff's pyflakes rules, compiled to
 * WebAssembly, in a worker of the page: nothing is asked of the kernel or of the server, and typing never waits.
 */

import type { Diagnostic } from "@codemirror/lint";
import type { Text } from "@codemirror/state";

/** A finding of the checker, places counted from 1 in UTF-16 code units. */
export interface Finding {
  readonly code: string;
  readonly message: string;
  readonly from: Place;
  readonly to: Place;
}
interface Place {
  readonly row: number;
  readonly column: number;
}
export interface Question {
  readonly id: number;
  readonly text: string;
}
export interface Answer {
  readonly id: number;
  readonly findings: readonly Finding[];
}

/** What a worker is to its page. */
export interface Port {
  postMessage(question: Question): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export const MOST_MARKS = 50;
export const LONGEST = 200_000;
const FIRST_ANSWER_MS = 60_000;
const ANSWER_MS = 4_000;
const MOST_FAILURES = 2;

/** Asks one worker; a worker that does not answer is ended, and after the second one there are no marks. */
export class Names {
  private port: Port | null = null;
  private answered = false;
  private failures = 0;
  private next = 1;
  private readonly waiting = new Map<number, (findings: readonly Finding[]) => void>();

  constructor(private readonly open: () => Port) {}

  /** Never rejects: without a checker there is nothing to mark. */
  async check(text: string): Promise<readonly Finding[]> {
    if (text.length > LONGEST || this.failures >= MOST_FAILURES) return [];
    const port = (this.port ??= this.opened());
    const id = this.next++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.failed(), this.answered ? ANSWER_MS : FIRST_ANSWER_MS);
      this.waiting.set(id, (findings) => {
        clearTimeout(timer);
        resolve(findings);
      });
      port.postMessage({ id, text });
    });
  }

  private opened(): Port {
    const port = this.open();
    port.onmessage = ({ data }) => {
      this.answered = true;
      this.settle(data.id, data.findings);
    };
    port.onerror = () => this.failed();
    return port;
  }

  private failed(): void {
    this.failures += 1;
    this.port?.terminate();
    this.port = null;
    this.answered = false;
    for (const id of [...this.waiting.keys()]) this.settle(id, []);
  }

  private settle(id: number, findings: readonly Finding[]): void {
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    done?.(findings);
  }
}

/** Findings as marks in a document; one that lies outside of it is left out. */
export function marksOf(doc: Text, findings: readonly Finding[]): Diagnostic[] {
  return findings.slice(0, MOST_MARKS).flatMap(({ code, message, from, to }) => {
    const [begin, end] = [offset(doc, from), offset(doc, to)];
    if (begin === null || end === null || end < begin) return [];
    return [{ from: begin, to: Math.max(end, begin), severity: "warning" as const, source: code, message }];
  });
}

function offset(doc: Text, { row, column }: Place): number | null {
  if (row < 1 || row > doc.lines || column < 1) return null;
  const line = doc.line(row);
  return Math.min(line.from + column - 1, line.to);
}
