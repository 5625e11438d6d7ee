/** Tokens of one text, each marked by where it comes from; drafts that were rejected are told when one points at it. */

import { useState, type ReactNode } from "react";

import type { Origin } from "../protocol";

const SIGNS: Record<Origin, { readonly sign: string; readonly name: string }> = {
  accepted: { sign: "", name: "accepted draft" },
  recovered: { sign: "↺", name: "recovered after a rejection" },
  bonus: { sign: "+", name: "bonus" },
  plain: { sign: "·", name: "without a draft" },
};
const ORIGINS = Object.keys(SIGNS) as Origin[];

export interface Told<T> {
  readonly prompt: readonly T[];
  readonly tokens: readonly T[];
  /** One for each token. */
  readonly origins: readonly Origin[];
  readonly rejected: readonly { readonly at: number; readonly tokens: readonly T[] }[];
}

interface Shown<T> {
  told: Told<T>;
  show(token: T): ReactNode;
  /** For screen readers. */
  nameOf(token: T): string;
}

export function Legend({ origins, example }: { origins: readonly Origin[]; example: string }) {
  const counts = new Map<Origin, number>();
  for (const origin of origins) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  return (
    <ul className="strip-legend small muted">
      {ORIGINS.map((origin) => (
        <li key={origin}>
          <i className={`token ${origin}`} aria-hidden="true">
            {SIGNS[origin].sign || example}
          </i>{" "}
          {SIGNS[origin].name} <span className="mono">{counts.get(origin) ?? 0}</span>
        </li>
      ))}
    </ul>
  );
}

export function Tokens<T>({ told, show, nameOf, className }: Shown<T> & { className: string }) {
  const [at, setAt] = useState<number | null>(null);
  const rejected = new Map(told.rejected.map((one) => [one.at, one.tokens]));
  return (
    <>
      <ol className={className} onMouseLeave={() => setAt(null)}>
        {told.prompt.map((token, index) => (
          <li key={`prompt ${index}`} className="token prompt" title="prompt">
            {show(token)}
          </li>
        ))}
        {told.tokens.map((token, index) => {
          const origin = told.origins[index] ?? "plain";
          const drafts = rejected.get(index);
          return (
            <li
              key={index}
              className={`token ${origin}`}
              data-origin={origin}
              tabIndex={drafts ? 0 : undefined}
              aria-label={`${nameOf(token)}, ${SIGNS[origin].name}${drafts ? `; rejected: ${drafts.map(nameOf).join(" ")}` : ""}`}
              onMouseEnter={() => setAt(index)}
              onFocus={() => setAt(index)}
              onBlur={() => setAt(null)}
            >
              {SIGNS[origin].sign ? (
                <span className="sign" aria-hidden="true">
                  {SIGNS[origin].sign}
                </span>
              ) : null}
              {show(token)}
            </li>
          );
        })}
      </ol>
      <p className="strip-said small" data-testid="strip-said">
        {at === null ? (
          <span className="muted">Point at a token, or press Tab to get to the recovered ones.</span>
        ) : (
          <Said told={told} show={show} nameOf={nameOf} at={at} rejected={rejected.get(at)} />
        )}
      </p>
    </>
  );
}

function Said<T>({ told, show, at, rejected }: Shown<T> & { at: number; rejected: readonly T[] | undefined }) {
  const origin = told.origins[at] ?? "plain";
  const token = told.tokens[at];
  const [first, ...others] = rejected ?? [];
  return (
    <>
      New token {at + 1}: {token === undefined ? null : <span className={`token ${origin}`}>{show(token)}</span>}{" "}
      {SIGNS[origin].name}.
      {first === undefined ? null : (
        <>
          {" "}
          Rejected: <del className="token rejected">{show(first)}</del>
          {others.length > 0 ? " and, behind it, not tested: " : ""}
          {others.map((one, index) => (
            <del key={index} className="token rejected untested">
              {show(one)}
            </del>
          ))}
        </>
      )}
    </>
  );
}
