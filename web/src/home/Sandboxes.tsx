/** What the server has to offer: sandboxes that stand ready, GPUs and who has them. */

import { useEffect, useState } from "react";

import { ApiError, fetchHosting } from "../api";
import type { Device, Hosting } from "../protocol";
import { Chip, type Tone } from "../ui/parts";
import { describePool } from "./pool";

const EVERY_MS = 5000;

/** Asked for again and again while the page is to be seen; null until it first came. */
export function useHosting(): Hosting | null {
  const [hosting, setHosting] = useState<Hosting | null>(null);
  useEffect(() => {
    const ask = () => {
      if (document.hidden) return;
      fetchHosting().then(setHosting, (error: unknown) => {
        if (!(error instanceof ApiError)) throw error; // it stays as it was; the list of interviews tells
      });
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    document.addEventListener("visibilitychange", ask);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", ask);
    };
  }, []);
  return hosting;
}

export function Sandboxes({
  hosting,
  nameOf,
}: {
  hosting: Hosting | null;
  nameOf: (interview: string) => string;
}) {
  return (
    <section className="card pad stack" aria-labelledby="sandboxes" data-testid="sandboxes">
      <h2 id="sandboxes">Sandboxes</h2>
      {hosting ? <Pool pool={hosting.pool} runtime={hosting.runtime} /> : <p className="muted">Asking.</p>}
      {hosting && hosting.devices.length > 0 ? (
        <ul className="gpus" aria-label="GPUs">
          {hosting.devices.map((device) => (
            <Gpu key={device.id} device={device} nameOf={nameOf} />
          ))}
        </ul>
      ) : null}
      {hosting && hosting.waiting > 0 ? (
        <p className="small" role="status">
          {hosting.waiting === 1 ? "One interview waits" : `${hosting.waiting} interviews wait`} for a GPU.
        </p>
      ) : null}
    </section>
  );
}

function Pool({ pool, runtime }: { pool: Hosting["pool"]; runtime: string }) {
  const shown = describePool(pool);
  return (
    <div className="stack" role="status">
      <p className="row wrap">
        <Chip tone={shown.tone} data-testid="pool">
          <i className={pool.starting ? "dot pulse" : "dot"} aria-hidden="true" /> {shown.say}
        </Chip>
        <span className="small muted">{runtime} runtime</span>
      </p>
      {pool.reason ? <p className="problem">{pool.reason}</p> : null}
    </div>
  );
}

const DEVICE_TONE: Record<Device["state"], Tone> = {
  free: "good",
  held: "info",
  checking: "info",
  quarantined: "bad",
};

function Gpu({ device, nameOf }: { device: Device; nameOf: (interview: string) => string }) {
  const says: Record<Device["state"], string> = {
    free: "",
    held: `Lent to ${nameOf(device.interview)}.`,
    checking: "Given back; its memory is looked at before it is lent again.",
    quarantined: device.reason,
  };
  return (
    <li>
      <div className="row">
        <strong className="grow">{device.name}</strong>
        <Chip tone={DEVICE_TONE[device.state]}>{device.state === "held" ? "lent" : device.state}</Chip>
      </div>
      <div className="muted small">
        {(device.memory_bytes / 2 ** 30).toFixed(0)} GiB
        <code title={device.id}>{device.id}</code>
      </div>
      {says[device.state] ? <div className="small">{says[device.state]}</div> : null}
    </li>
  );
}
