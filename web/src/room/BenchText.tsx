/** What the implementation writes on the pair of models whose text can be read, and how long it takes. */

import type { BenchText } from "../protocol";
import { figure } from "../ui/figures";
import { Legend, Tokens } from "./origins";
import { nameOf, partsOf, textOf } from "./pieces";

/** ``missing``: the bench is through, and there was no text. */
export function BenchTexts({ texts, missing }: { texts: readonly BenchText[]; missing: boolean }) {
  const text = texts.at(-1);
  if (!text) return missing ? <NoText /> : null;
  return (
    <section className="strip" aria-label="Text of the text pair" data-testid="bench-text">
      <header className="row wrap">
        <strong>Text of the text pair</strong>
        <span className="small muted">num_speculative_tokens {text.num_speculative_tokens}</span>
        <Legend origins={text.origins} example="x" />
      </header>
      <Figures text={text} />
      <Tokens
        told={{
          prompt: text.prompt,
          tokens: text.pieces,
          origins: text.origins,
          rejected: text.rejected.map(({ at, pieces }) => ({ at, tokens: pieces })),
        }}
        show={(piece) => <Piece piece={piece} />}
        nameOf={nameOf}
        className="text-tokens"
      />
      <details>
        <summary>Read without marks</summary>
        <pre className="small">{textOf([...text.prompt, ...text.pieces])}</pre>
      </details>
    </section>
  );
}

function NoText() {
  return (
    <section className="strip" data-testid="bench-text-missing">
      <strong>No text</strong>
      <p className="small muted">
        There is no pair of models here that writes text, so the bench has figures only. Nothing is wrong with the code.
      </p>
    </section>
  );
}

function Figures({ text }: { text: BenchText }) {
  const { acceptance_rate: accepted, seconds, plain_seconds: plain } = text;
  return (
    <p className="small">
      Acceptance rate <b>{accepted === null ? "none" : figure(accepted)}</b>, <b>{figure(text.tokens_per_target_call)}</b>{" "}
      tokens per target call; {figure(text.new_tokens)} tokens took <b>{figure(seconds)} s</b>, plain decoding{" "}
      <b>{figure(plain)} s</b>
      {seconds > 0 ? ` (${figure(plain / seconds)}×)` : ""}.{" "}
      <span className="muted">
        Time on the wall, of this machine&apos;s processor: to know, not a score. A GPU checks several positions almost
        at the price of one; a processor does not.
      </span>
    </p>
  );
}

function Piece({ piece }: { piece: string }) {
  return partsOf(piece).map(({ kind, text }, index) =>
    kind === "text" ? (
      text
    ) : (
      <span key={index} className={`part ${kind}`}>
        {text}
      </span>
    ),
  );
}
