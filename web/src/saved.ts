/** Counts, for one connection, what was sent and what the server says is on disk. */

export class Ledger {
  private updates = 0;
  private acknowledged = 0;
  private answers = 0;

  /** An update frame left. */
  sent(): void {
    this.updates += 1;
  }

  /** The first `n` updates of this connection are on disk. */
  saved(n: number): void {
    this.acknowledged = Math.max(this.acknowledged, n);
  }

  /** A sync step 1 left: its answer means that all before it is on disk. */
  asked(): void {
    this.updatesAtQuestion.push(this.updates);
  }

  answered(): void {
    this.answers += 1;
    this.acknowledged = Math.max(this.acknowledged, this.updatesAtQuestion.shift() ?? 0);
  }

  get settled(): boolean {
    return this.answers > 0 && this.acknowledged >= this.updates;
  }

  private readonly updatesAtQuestion: number[] = [];
}
