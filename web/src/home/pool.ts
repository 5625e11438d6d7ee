/** In words, how many sandboxes stand ready. */

import type { Hosting } from "../protocol";
import type { Tone } from "../ui/parts";

export function describePool(pool: Hosting["pool"]): { tone: Tone; say: string } {
  if (pool.size === 0) return { tone: "plain", say: "none kept ready" };
  if (pool.ready >= pool.size) return { tone: "good", say: `${pool.ready} ready` };
  if (pool.starting) return { tone: "info", say: `${pool.ready} of ${pool.size} ready, one starting` };
  const again = pool.retry_in_s > 0 ? `, next try in ${pool.retry_in_s} s` : "";
  return { tone: pool.reason ? "bad" : "info", say: `${pool.ready} of ${pool.size} ready${again}` };
}
