/** One text of the bench as ids, token by token, for each number of drafted tokens. */

import { useState } from "react";

import type { TokenStrip } from "../protocol";
import { Legend, Tokens } from "./origins";

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
        <Legend origins={strip.origins} example="7" />
      </header>
      <Tokens key={strip.num_speculative_tokens} told={strip} show={String} nameOf={String} className="strip-tokens" />
    </section>
  );
}
