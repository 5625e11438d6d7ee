/** Small parts that every page uses. No state of the product in here. */

import { useEffect, useRef, type ReactNode } from "react";

import type { ApiError } from "../api";
import { useStore } from "../store";
import { dark, toggleTheme } from "./theme";

/** Four drafted tokens, one rejected, one corrected: what the probe is about. */
export function Tokens() {
  return (
    <span className="tokens" aria-hidden="true">
      <i />
      <i />
      <i />
      <i className="rejected" />
      <i className="corrected" />
    </span>
  );
}

export function Brand({ href }: { href?: string }) {
  const inside = (
    <>
      <Tokens /> Probe
    </>
  );
  return href ? (
    <a className="brand" href={href}>
      {inside}
    </a>
  ) : (
    <span className="brand">{inside}</span>
  );
}

export function ThemeToggle() {
  const isDark = useStore(dark);
  const label = isDark ? "Use light colours" : "Use dark colours";
  return (
    <button
      type="button"
      className="button quiet tiny"
      onClick={toggleTheme}
      aria-label={label}
      title={label}
    >
      <svg width="15" height="15" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.75 A6.25 6.25 0 0 1 8 14.25 Z" fill="currentColor" />
      </svg>
    </button>
  );
}

export type Tone = "good" | "bad" | "warn" | "info" | "accent" | "plain";

export function Chip({
  tone = "plain",
  children,
  ...rest
}: {
  tone?: Tone;
  children: ReactNode;
  "data-testid"?: string;
  title?: string;
}) {
  return (
    <span className={`chip ${tone}`} {...rest}>
      {children}
    </span>
  );
}

export function Banner({
  tone,
  children,
  action,
}: {
  tone: "good" | "bad" | "warn" | "info";
  children: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={`banner ${tone}`} role={tone === "bad" ? "alert" : "status"}>
      <div className="say">{children}</div>
      {action}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <strong>{title}</strong>
      {children ? <p className="small">{children}</p> : null}
    </div>
  );
}

/** A whole page that says one thing. */
export function Notice({
  title,
  children,
  testId,
}: {
  title: string;
  children?: ReactNode;
  testId?: string;
}) {
  return (
    <main className="notice" data-testid={testId}>
      <Brand />
      <h1>{title}</h1>
      <div className="stack">{children}</div>
    </main>
  );
}

/** A page whose data did not come: the server's own words, and a way to try again. */
export function LoadFailed({ error }: { error: ApiError }) {
  return (
    <Notice title={error.message}>
      <p>{error.hint}</p>
      <p>
        <button type="button" className="button" onClick={() => location.reload()}>
          Try again
        </button>
      </p>
    </Notice>
  );
}

export function Loading({ what }: { what: string }) {
  return (
    <main className="notice" aria-busy="true">
      <Brand />
      <p className="muted" role="status">
        <span className="dot pulse" /> {what}
      </p>
    </main>
  );
}

/** A modal question. The browser's own dialog keeps the focus inside and closes on Escape. */
export function Confirm(props: {
  open: boolean;
  title: string;
  children: ReactNode;
  confirm: string;
  confirmTestId: string;
  busy?: boolean;
  onConfirm(): void;
  onCancel(): void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const node = dialog.current;
    if (!node) return;
    if (props.open && !node.open) node.showModal();
    if (!props.open && node.open) node.close();
  }, [props.open]);
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onClose={props.onCancel}>
      {props.open ? (
        <>
          <div className="body">
            <h2 id="confirm-title">{props.title}</h2>
            {props.children}
          </div>
          <div className="actions">
            <button type="button" className="button" onClick={props.onCancel}>
              Go back
            </button>
            <button
              type="button"
              className="button primary"
              data-testid={props.confirmTestId}
              disabled={props.busy}
              onClick={props.onConfirm}
            >
              {props.confirm}
            </button>
          </div>
        </>
      ) : null}
    </dialog>
  );
}

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export function Time({ at, long = false }: { at: number; long?: boolean }) {
  const when = new Date(at);
  return (
    <time className="small muted" dateTime={when.toISOString()}>
      {(long ? date : time).format(when)}
    </time>
  );
}
