/** Who was told what was decided. Nothing where the server tells nobody. */

import { useEffect, useState } from "react";

import { ApiError, fetchDeliveries, sendAgain } from "../api";
import type { Delivery } from "../protocol";
import { Chip, Time } from "../ui/parts";
import { describeDelivery } from "./deliveries";

const EVERY_MS = 3_000;
const FRESH_MS = 30_000;

/** `decidedAt`, epoch ms: what was just decided is filed a moment later. */
export function Deliveries({ interview, decidedAt }: { interview: string; decidedAt: number }) {
  const [deliveries, setDeliveries] = useState<readonly Delivery[]>([]);
  const [error, setError] = useState<ApiError | null>(null);
  const [asked, setAsked] = useState(0);
  useEffect(() => {
    let current = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = () => {
      fetchDeliveries(interview).then(
        (found) => {
          if (!current) return;
          setError(null);
          setDeliveries(found);
          const open = found.some((one) => one.state === "waiting") || Date.now() - decidedAt < FRESH_MS;
          if (open) timer = setTimeout(load, EVERY_MS);
        },
        (failure: unknown) => {
          if (current && failure instanceof ApiError) setError(failure);
        },
      );
    };
    load();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [interview, decidedAt, asked]);
  const again = (delivery: Delivery) => {
    sendAgain(interview, delivery.id).then(
      () => setAsked((count) => count + 1),
      (failure: unknown) => {
        if (failure instanceof ApiError) setError(failure);
      },
    );
  };
  if (deliveries.length === 0 && error === null) return null;
  return (
    <section className="card pad stack no-print" aria-labelledby="deliveries" data-testid="deliveries">
      <h2 id="deliveries">Told to others</h2>
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <ul className="plain-list stack">
        {deliveries.map((one) => (
          <Told key={one.id} delivery={one} onAgain={() => again(one)} />
        ))}
      </ul>
    </section>
  );
}

function Told({ delivery, onAgain }: { delivery: Delivery; onAgain(): void }) {
  const { tone, say } = describeDelivery(delivery, Date.now());
  const last = delivery.attempts.at(-1);
  const sending = delivery.state === "waiting" && say === "being sent";
  return (
    <li>
      <div className="row">
        <strong>{delivery.endpoint}</strong>
        <span className="grow" role="status">
          <Chip tone={tone} data-testid={`delivery-${delivery.endpoint}`}>
            {say}
          </Chip>
        </span>
        <button
          type="button"
          className="button tiny"
          disabled={sending}
          onClick={onAgain}
          data-testid={`again-${delivery.endpoint}`}
        >
          {delivery.state === "waiting" ? "Send now" : "Send again"}
          <span className="hidden-visually"> to {delivery.endpoint}</span>
        </button>
      </div>
      {last ? (
        <p className="small muted">
          {delivery.attempts.length === 1 ? "1 attempt" : `${delivery.attempts.length} attempts`}, the last at{" "}
          <Time at={last.at} long />
          {last.reason ? `: ${last.reason}.` : "."}
        </p>
      ) : null}
    </li>
  );
}
