/** One text of the bench, token by token: which were accepted, recovered or a bonus, and what was drafted in vain. */

import { useState } from "react";

import type { Origin, TokenStrip } from "../protocol";

const SIGNS: Record<Origin, { readonly sign: string; readonly name: string }> = {
  accepted: { sign: "", name: "accepted draft" },
  recovered: { sign: "↺", name: "recovered after a rejection" },
  bonus: { sign: "+", name: "bonus" },
  plain: { sign: "·", name: "without a draft" },
};
const ORIGINS = Object.keys(SIGNS) as Origin[];

export function TokenStrips({ strips }: { strips: readonly TokenStrip[] }) {
  const [wanted, setWanted] = useState<number | null>(null);
  const strip = strips.find((one) => one.num_speculative_tokens === wanted) ?? strips.at(Math.min(2, strips.length - 1));
  if (!strip) return null;
  return (
    <section className="strip" aria-label="Tokens of one text" data-testid="token-strip">
      <header className="row wrap">
        <strong>Tokens of one text</strong>
        <span className="small muted">num_speculative_tokens</span>
        <span className="segments small" role="group" aria-label="num_speculative_tokens">
          {strips.map(({ num_speculative_tokens: count }) => (
            <button
              key={count}
              type="button"
              aria-pressed={count === strip.num_speculative_tokens}
              onClick={() => setWanted(count)}
            >
              {count}
            </button>
          ))}
        </span>
        <Legend strip={strip} />
      </header>
      <Tokens key={strip.num_speculative_tokens} strip={strip} />
    </section>
  );
}

function Legend({ strip }: { strip: TokenStrip }) {
  const counts = new Map<Origin, number>();
  for (const origin of strip.origins) counts.set(origin, (counts.get(origin) ?? 0) + 1);
  return (
    <ul className="strip-legend small muted">
      {ORIGINS.map((origin) => (
        <li key={origin}>
          <i className={`token ${origin}`} aria-hidden="true">
            {SIGNS[origin].sign || "7"}
          </i>{" "}
          {SIGNS[origin].name} <span className="mono">{counts.get(origin) ?? 0}</span>
        </li>
      ))}
    </ul>
  );
}

function Tokens({ strip }: { strip: TokenStrip }) {
  const [at, setAt] = useState<number | null>(null);
  const rejected = new Map(strip.rejected.map((one) => [one.at, one.tokens]));
  return (
    <>
      <ol className="strip-tokens" onMouseLeave={() => setAt(null)}>
        {strip.prompt.map((token, index) => (
          <li key={`prompt ${index}`} className="token prompt" title="prompt">
            {token}
          </li>
        ))}
        {strip.tokens.map((token, index) => {
          const origin = strip.origins[index] ?? "plain";
          const drafts = rejected.get(index);
          return (
            <li
              key={index}
              className={`token ${origin}`}
              data-origin={origin}
              tabIndex={drafts ? 0 : undefined}
              aria-label={`${token}, ${SIGNS[origin].name}${drafts ? `; rejected: ${drafts.join(" ")}` : ""}`}
              onMouseEnter={() => setAt(index)}
              onFocus={() => setAt(index)}
              onBlur={() => setAt(null)}
            >
              {SIGNS[origin].sign ? (
                <span className="sign" aria-hidden="true">
                  {SIGNS[origin].sign}
                </span>
              ) : null}
              {token}
            </li>
          );
        })}
      </ol>
      <p className="strip-said small" data-testid="strip-said">
        {at === null ? (
          <span className="muted">Point at a token, or press Tab to get to the recovered ones.</span>
        ) : (
          <Said strip={strip} at={at} rejected={rejected.get(at)} />
        )}
      </p>
    </>
  );
}

function Said({ strip, at, rejected }: { strip: TokenStrip; at: number; rejected: readonly number[] | undefined }) {
  const origin = strip.origins[at] ?? "plain";
  const [first, ...others] = rejected ?? [];
  return (
    <>
      New token {at + 1}: <span className={`token ${origin}`}>{strip.tokens[at]}</span> {SIGNS[origin].name}.
      {first === undefined ? null : (
        <>
          {" "}
          Rejected: <del className="token rejected">{first}</del>
          {others.length > 0 ? " and, behind it, not tested: " : ""}
          {others.map((token, index) => (
            <del key={index} className="token rejected untested">
              {token}
            </del>
          ))}
        </>
      )}
    </>
  );
}
