/**
 * Every text of the document at any moment. Splices name what they deleted, so going back is as cheap as going
 * on; a snapshot now and then keeps a far seek short.
 */

import type { Recording, Splice } from "../recording";
import { countUntil, msOf } from "./sorted";

const SNAPSHOT_EVERY = 500;

export type TextsByNumber = ReadonlyMap<number, string>;

export class Texts {
  private readonly splices: readonly Splice[];
  private readonly snapshots: TextsByNumber[] = [];
  private readonly now = new Map<number, string>();
  private done = 0;

  constructor({ splices }: Pick<Recording, "splices">) {
    this.splices = splices;
    for (;;) {
      if (this.done % SNAPSHOT_EVERY === 0) this.snapshots.push(new Map(this.now));
      if (this.done === splices.length) break;
      this.forward();
    }
  }

  /** As they stood at `ms`, splices of that very moment included. */
  at(ms: number): TextsByNumber {
    return this.after(countUntil(this.splices, ms, msOf));
  }

  /** As they stood after the first `count` splices. */
  after(count: number): TextsByNumber {
    const snapshot = Math.floor(count / SNAPSHOT_EVERY);
    if (Math.abs(count - this.done) > count - snapshot * SNAPSHOT_EVERY) {
      this.now.clear();
      for (const [text, value] of this.snapshots[snapshot] ?? []) this.now.set(text, value);
      this.done = snapshot * SNAPSHOT_EVERY;
    }
    while (this.done < count) this.forward();
    while (this.done > count) this.back();
    return this.now;
  }

  private forward(): void {
    const [, , text, position, deleted, inserted] = this.splices[this.done] as Splice;
    this.replace(text, position, deleted, inserted);
    this.done += 1;
  }

  private back(): void {
    this.done -= 1;
    const [, , text, position, deleted, inserted] = this.splices[this.done] as Splice;
    this.replace(text, position, inserted, deleted);
  }

  private replace(text: number, position: number, old: string, next: string): void {
    const before = this.now.get(text) ?? "";
    this.now.set(text, before.slice(0, position) + next + before.slice(position + old.length));
  }
}

/** The numbers of the texts that were in the document at `ms`. */
export function shownAt({ shown }: Pick<Recording, "shown">, ms: number): Set<number> {
  const found = new Set<number>();
  for (const [when, text, there] of shown) {
    if (when > ms) break;
    if (there) found.add(text);
    else found.delete(text);
  }
  return found;
}
