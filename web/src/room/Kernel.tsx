/** What the kernel is doing, and what to do when it is gone. */

import type { View } from "../protocol";
import { Banner, Chip, type Tone } from "../ui/parts";
import { useView, type Act } from "./context";

const WAITING = "waiting for a GPU"; // sandbox/service/benches.py

type Shown = { readonly tone: Tone; readonly say: string; readonly busy: boolean };

export function KernelState() {
  const { kernel, sandbox } = useView();
  const shown = describe(kernel.state, sandbox);
  return (
    <span
      role="status"
      data-testid="kernel-state"
      data-state={sandbox.state === "ready" ? kernel.state : sandbox.state}
    >
      <Chip tone={shown.tone} title={sandbox.message}>
        <i className={shown.busy ? "dot pulse" : "dot"} aria-hidden="true" /> {shown.say}
      </Chip>
    </span>
  );
}

function describe(kernel: string, sandbox: View["sandbox"]): Shown {
  if (sandbox.state === "off") return { tone: "plain", say: "sandbox off", busy: false };
  if (sandbox.state === "starting")
    return { tone: "info", say: sandbox.message || "sandbox starting", busy: true };
  if (sandbox.state === "failed") return { tone: "bad", say: "sandbox failed", busy: false };
  if (kernel === "dead") return { tone: "bad", say: "kernel dead", busy: false };
  if (kernel === "starting") return { tone: "info", say: "kernel starting", busy: true };
  if (kernel === "busy") return { tone: "info", say: "kernel busy", busy: true };
  return { tone: "good", say: "kernel idle", busy: false };
}

/** `act` is null for a watcher, who can only tell the candidate what to press. */
export function KernelBanner({ act }: { act: Act | null }) {
  const { kernel, sandbox, stage } = useView();
  if (stage !== "probe") return null;
  const restart = (label: string) =>
    act ? (
      <button type="button" className="button tiny" onClick={() => void act("restart", {})}>
        {label}
      </button>
    ) : null;
  if (sandbox.state === "failed") {
    return (
      <Banner tone="bad" action={restart("Start a fresh sandbox")}>
        The sandbox has failed, through no fault of yours. Your files are safe. {sandbox.message}
      </Banner>
    );
  }
  if (act && sandbox.state === "starting" && sandbox.message === WAITING) {
    return (
      <Banner tone="info">
        No GPU is free yet. Your sandbox starts by itself when one is; you can write code meanwhile.
      </Banner>
    );
  }
  if (sandbox.state !== "ready" || kernel.state !== "dead") return null;
  return (
    <Banner tone="bad" action={restart("Restart the kernel")}>
      The kernel has died, often for lack of memory. Your files are safe; variables are gone.
    </Banner>
  );
}
