/** Runs one after the other: what is asked for while the kernel is busy waits, and a failure empties the queue. */

import { useCallback, useEffect, useRef, useState } from "react";

import type { Commands } from "../protocol";
import { useView, type Act } from "./context";
import { IN_THE_KERNEL, readiness } from "./readiness";

export const MOST_WAITING = 20;
type Asked = Commands["run"];

export interface Runs {
  readonly waiting: number;
  run(asked: Asked): void;
  /** Forget what waits. */
  clear(): void;
}

export function useRuns(act: Act): Runs {
  const { kernel, runs } = useView();
  const last = runs.findLast((one) => IN_THE_KERNEL.has(one.kind));
  const state = readiness(kernel, last);
  const [queue, setQueue] = useState<readonly Asked[]>([]);
  const sending = useRef(false);
  const busy = state === "busy";

  const send = useCallback(
    (asked: Asked) => {
      sending.current = true;
      void act("run", asked).then((done) => {
        sending.current = false;
        if (!done) setQueue([]);
      });
    },
    [act],
  );
  const run = useCallback(
    (asked: Asked) => {
      if (busy || sending.current) setQueue((waiting) => [...waiting, asked].slice(0, MOST_WAITING));
      else send(asked);
    },
    [busy, send],
  );
  useEffect(() => {
    const [next, ...rest] = queue;
    if (!next || state === "busy" || sending.current) return;
    setQueue(state === "failed" ? [] : rest);
    if (state === "free") send(next);
  }, [queue, state, send]);
  const clear = useCallback(() => setQueue([]), []);
  return { waiting: queue.length, run, clear };
}
