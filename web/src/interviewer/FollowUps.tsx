/** Questions that lead further on one line of the rubric, each to be copied into the chat or said. */

import { useState } from "react";

import { Inline } from "../ui/Inline";

export function FollowUps({ questions, topic }: { questions: readonly string[]; topic: string }) {
  if (questions.length === 0) return null;
  return (
    <details className="small ask-next">
      <summary>
        Ask next<span className="hidden-visually"> on {topic}</span>
      </summary>
      <ul>
        {questions.map((question) => (
          <Question key={question} text={question} />
        ))}
      </ul>
    </details>
  );
}

export function Question({ text }: { text: string }) {
  const [copied, setCopied] = useState("");
  const copy = () => {
    // The clipboard exists on secure origins only.
    const done = navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"));
    done.then(
      () => setCopied("Copied"),
      () => setCopied("Select it and press Ctrl+C"),
    );
  };
  return (
    <li>
      <Inline text={text} />{" "}
      <button type="button" className="button quiet tiny" onClick={copy}>
        Copy<span className="hidden-visually"> the question: {text}</span>
      </button>
      <span className="muted" role="status">
        {copied}
      </span>
    </li>
  );
}
