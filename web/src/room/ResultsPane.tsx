/** Output, tests and bench in tabs. The tab of what was started last comes to the front. */

import { useEffect, useRef, useState } from "react";

import { Tabs } from "../ui/Tabs";
import { BenchPanel } from "./BenchPanel";
import { useView } from "./context";
import { OutputPanel } from "./OutputPanel";
import { TerminalPanel } from "./TerminalPanel";
import { TestsPanel } from "./TestsPanel";

export function ResultsPane() {
  const { runs, tests } = useView();
  const [tab, setTab] = useState("output");
  const newest = runs.at(-1);
  const seen = useRef(newest?.id);
  useEffect(() => {
    if (!newest || newest.id === seen.current) return;
    seen.current = newest.id;
    setTab(newest.kind === "tests" || newest.kind === "bench" ? newest.kind : "output");
  }, [newest]);
  const failed =
    tests?.cases.filter((one) => one.outcome !== "passed" && one.outcome !== "skipped").length ?? 0;
  const passed = tests?.cases.filter((one) => one.outcome === "passed").length ?? 0;
  return (
    <section className="column results" aria-label="Results">
      <Tabs
        label="Results"
        selected={tab}
        onSelect={setTab}
        panelId="results"
        items={[
          { id: "output", label: "Output" },
          {
            id: "tests",
            label: (
              <>
                Tests
                {tests ? (
                  <span className={`count ${failed ? "bad" : "good"}`}>
                    {passed}/{tests.cases.length}
                  </span>
                ) : null}
              </>
            ),
          },
          { id: "bench", label: "Bench" },
          { id: "terminal", label: "Terminal" },
        ]}
      />
      <div className="results-body" id="results" role="tabpanel" aria-label={tab}>
        {tab === "output" ? <OutputPanel /> : null}
        {tab === "tests" ? <TestsPanel /> : null}
        {tab === "bench" ? <BenchPanel /> : null}
        {tab === "terminal" ? <TerminalPanel /> : null}
      </div>
    </section>
  );
}
