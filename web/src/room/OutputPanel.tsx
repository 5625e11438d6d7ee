/** What runs showed, newest last. All of it is hostile: text nodes, data: images, and frames without scripts. */

import { memo, useEffect, useMemo, useRef, useState } from "react";

import type { Output, Run } from "../protocol";
import { useStore } from "../store";
import { parseAnsi } from "../ui/ansi";
import { duration } from "../ui/figures";
import { Chip, Empty, type Tone } from "../ui/parts";
import { contrast, dark } from "../ui/theme";
import { useTranscript, useView } from "./context";
import { frameDocument, frameHeight, type FrameColours } from "./htmlFrame";
import { leftOut } from "./longText";
import type { Transcript } from "./transcripts";

/** Older runs stay on the server and in the report; the page keeps the last ones. */
const SHOWN_RUNS = 20;

export function OutputPanel() {
  const { runs } = useView();
  const box = useRef<HTMLDivElement>(null);
  const shown = runs.slice(-SHOWN_RUNS);
  useStickToEnd(box);
  return (
    <div
      className="output scroll"
      ref={box}
      data-testid="output"
      role="log"
      aria-label="Output"
      aria-live="off"
      tabIndex={0}
    >
      {shown.length === 0 ? (
        <Empty title="Nothing has run yet">
          Run the file or the cell at the cursor. What it prints appears here.
        </Empty>
      ) : null}
      {shown.map((run) => (
        <RunOutput key={run.id} run={run} />
      ))}
      <p className="hidden-visually" role="status">
        {lastWords(runs.at(-1))}
      </p>
    </div>
  );
}

/** Follows the end of the output while the reader is there, and leaves them alone when they scroll up. */
export function useStickToEnd(box: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const node = box.current;
    if (!node) return undefined;
    let atEnd = true;
    const onScroll = () => {
      atEnd = node.scrollHeight - node.scrollTop - node.clientHeight < 40;
    };
    const changed = new MutationObserver(() => {
      if (atEnd) node.scrollTop = node.scrollHeight;
    });
    node.scrollTop = node.scrollHeight;
    node.addEventListener("scroll", onScroll, { passive: true });
    changed.observe(node, { childList: true, subtree: true, characterData: true });
    return () => {
      node.removeEventListener("scroll", onScroll);
      changed.disconnect();
    };
  }, [box]);
}

const OUTCOMES: Record<NonNullable<Run["outcome"]>, { say: string; tone: Tone }> = {
  ok: { say: "done", tone: "good" },
  error: { say: "error", tone: "bad" },
  interrupted: { say: "interrupted", tone: "warn" },
  died: { say: "kernel died", tone: "bad" },
  timed_out: { say: "time limit reached", tone: "warn" },
  flooded: { say: "stopped: too much output", tone: "warn" },
};

export function OutcomeChip({ run }: { run: Run }) {
  if (!run.outcome) return <Chip tone="info">running</Chip>;
  const { say, tone } = OUTCOMES[run.outcome];
  return <Chip tone={tone}>{say}</Chip>;
}

function lastWords(run: Run | undefined): string {
  if (!run) return "";
  return run.outcome ? `${run.label}: ${OUTCOMES[run.outcome].say}` : `${run.label}: running`;
}

function RunOutput({ run }: { run: Run }) {
  return <RunTranscript run={run} transcript={useTranscript(run.id)} />;
}

export function RunTranscript({ run, transcript }: { run: Run; transcript: Transcript }) {
  const { pieces, dropped } = transcript;
  return (
    <article className="run" aria-label={run.label}>
      <header className="row">
        <span className="mono small">{run.label}</span>
        <OutcomeChip run={run} />
        {run.finished_at !== null ? (
          <span className="muted small">{duration(run.finished_at - run.at)}</span>
        ) : null}
      </header>
      {dropped > 0 ? (
        <p className="small muted">
          The first {dropped.toLocaleString("en")} characters are no longer shown here.
        </p>
      ) : null}
      {pieces.map((piece, at) => (
        <Piece key={at} piece={piece} />
      ))}
    </article>
  );
}

const SAFE_IMAGE = /^data:image\/(png|jpeg);base64,[A-Za-z0-9+/=]+$/;

const Piece = memo(function Piece({ piece }: { piece: Output }) {
  if (SAFE_IMAGE.test(piece.image))
    return <img className="shown" src={piece.image} alt={piece.text || "Image from the code"} />;
  if (piece.html) return <HtmlPiece html={piece.html} />;
  return <TextPiece piece={piece} />;
});

function HtmlPiece({ html }: { html: string }) {
  const look = `${String(useStore(dark))} ${useStore(contrast)}`;
  const colours = useMemo(() => frameColours(look), [look]);
  return (
    <iframe
      className="shown"
      sandbox=""
      srcDoc={frameDocument(html, colours)}
      style={{ height: frameHeight(html) }}
      title="HTML from the code"
      loading="lazy"
    />
  );
}

/** A frame without an origin knows none of our style sheets, so it is told its colours. */
function frameColours(_look: string): FrameColours {
  const probe = document.createElement("span");
  document.body.append(probe);
  const of = (name: string) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colours = { ink: of("--ink"), paper: of("--raised"), line: of("--line") };
  probe.remove();
  return colours;
}

/** One line of a flood may be long; the browser lays out at most this much of a piece. */
const MAX_SHOWN = 60_000;

function TextPiece({ piece }: { piece: Output }) {
  const [whole, setWhole] = useState(false);
  const folded = leftOut(piece.text);
  const start = Math.max(whole ? 0 : folded.start, piece.text.length - MAX_SHOWN);
  const cut = Math.max(0, piece.text.length - MAX_SHOWN);
  return (
    <>
      {folded.lines > 0 ? (
        <button type="button" className="button quiet tiny unfold" onClick={() => setWhole(!whole)}>
          {whole ? "Show the last lines only" : `Show ${folded.lines.toLocaleString("en")} lines before`}
        </button>
      ) : null}
      <pre className={`piece ${piece.kind}`}>
        {cut > 0 && whole ? (
          <span className="muted">
            [{cut.toLocaleString("en")} characters left out]{"\n"}
          </span>
        ) : null}
        {parseAnsi(piece.text.slice(start)).map((span, at) =>
          span.classes ? (
            <span key={at} className={span.classes}>
              {span.text}
            </span>
          ) : (
            span.text
          ),
        )}
      </pre>
    </>
  );
}
