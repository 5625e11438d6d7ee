/** What the kernel is ready for. Pure. */

import type { Run, View } from "../protocol";

/** Whether the kernel can take a run now, and whether what waits behind the last one may still go. */
export function readiness(kernel: View["kernel"], last: Run | undefined): "busy" | "free" | "failed" {
  if (kernel.state === "busy" || kernel.run !== null || last?.outcome === null) return "busy";
  return last === undefined || last.outcome === "ok" ? "free" : "failed";
}

export const IN_THE_KERNEL = new Set<Run["kind"]>(["file", "cell", "selection"]);
