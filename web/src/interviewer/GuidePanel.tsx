/** How to lead the stage at hand, and what to ask next. */

import { useState } from "react";

import type { GuideMaterials } from "../protocol";
import { useView } from "../room/context";
import { Prose } from "../ui/Prose";
import { Question } from "./FollowUps";

export function GuidePanel({ guide }: { guide: GuideMaterials }) {
  const { stage } = useView();
  const fitting = stage === "probe" || stage === "finished" ? "probe" : "filter";
  const [chosen, setChosen] = useState<"filter" | "probe" | null>(null);
  const shown = chosen ?? fitting;
  const rubric = shown === "filter" ? guide.rubrics.engineering : guide.rubrics.research;
  return (
    <div className="scroll pad fill stack" tabIndex={0} role="group" aria-label="Guide">
      <div className="segments small" role="group" aria-label="Guide for">
        <button type="button" aria-pressed={shown === "filter"} onClick={() => setChosen("filter")}>
          Review
        </button>
        <button type="button" aria-pressed={shown === "probe"} onClick={() => setChosen("probe")}>
          Build
        </button>
      </div>
      <Prose source={shown === "filter" ? guide.filter : guide.probe} />
      {rubric.follow_ups.length > 0 ? (
        <section className="stack">
          <h3>Ask next</h3>
          <ol className="questions">
            {rubric.follow_ups.map((question) => (
              <Question key={question} text={question} />
            ))}
          </ol>
        </section>
      ) : null}
    </div>
  );
}
