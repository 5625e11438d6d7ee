/** The hand on the recording: where it is, whether it moves, and how fast. No rendering. */

import type { Recording } from "../recording";
import { createStore, type Store } from "../store";
import { gapAt, idleGaps, type Gap } from "./scale";

export const SPEEDS = [1, 2, 4, 8, 16] as const;
export type Speed = (typeof SPEEDS)[number];

export interface PlayerState {
  readonly ms: number;
  readonly playing: boolean;
  readonly speed: Speed;
  readonly skipIdle: boolean;
  /** How much idle time was just jumped over; 0 when none. */
  readonly skipped: number;
}

export class Player {
  readonly state: Store<PlayerState>;
  readonly gaps: readonly Gap[];

  constructor(readonly recording: Recording, ms = 0) {
    this.gaps = idleGaps(recording);
    this.state = createStore<PlayerState>({
      ms: this.inside(ms),
      playing: false,
      speed: 1,
      skipIdle: true,
      skipped: 0,
    });
  }

  seek(ms: number): void {
    this.change({ ms: this.inside(ms), skipped: 0 });
  }

  toggle(): void {
    const { playing, ms } = this.state.get();
    const atEnd = ms >= this.recording.length_ms;
    this.change({ playing: !playing, ...(!playing && atEnd ? { ms: 0 } : {}), skipped: 0 });
  }

  pause(): void {
    this.change({ playing: false });
  }

  setSpeed(speed: Speed): void {
    this.change({ speed });
  }

  faster(steps: 1 | -1): void {
    const at = SPEEDS.indexOf(this.state.get().speed) + steps;
    const speed = SPEEDS[at];
    if (speed) this.change({ speed });
  }

  setSkipIdle(skipIdle: boolean): void {
    this.change({ skipIdle, skipped: 0 });
  }

  /** `elapsed` milliseconds have passed on the wall. */
  tick(elapsed: number): void {
    const { playing, ms, speed, skipIdle, skipped } = this.state.get();
    if (!playing) return;
    const next = ms + elapsed * speed;
    const gap = skipIdle ? (gapAt(this.gaps, next) ?? this.gaps.find((one) => ms <= one.from && one.to < next)) : undefined;
    const to = this.inside(gap ? Math.max(gap.to, next) : next);
    this.change({
      ms: to,
      playing: to < this.recording.length_ms,
      skipped: gap ? gap.to - gap.from : skipped,
    });
  }

  private inside(ms: number): number {
    return Math.min(this.recording.length_ms, Math.max(0, ms));
  }

  private change(changes: Partial<PlayerState>): void {
    this.state.set({ ...this.state.get(), ...changes });
  }
}
