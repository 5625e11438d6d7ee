/** The visible tests, case by case. */

import type { TestCase, TestReport } from "../protocol";
import { duration } from "../ui/figures";
import { Banner, Empty } from "../ui/parts";
import { useStore } from "../store";
import { useView } from "./context";
import { places } from "./places";

export function TestsPanel() {
  const { tests } = useView();
  return <TestsReport tests={tests} />;
}

const WORDS: Record<TestCase["outcome"], { icon: string; say: string; tone: string }> = {
  passed: { icon: "✓", say: "passed", tone: "good" },
  failed: { icon: "✕", say: "failed", tone: "bad" },
  error: { icon: "!", say: "error", tone: "bad" },
  skipped: { icon: "–", say: "skipped", tone: "muted" },
};

export function TestsReport({ tests }: { tests: TestReport | null }) {
  if (!tests) {
    return (
      <Empty title="The tests have not run yet">
        They check what the brief asks for, a sentence each. More is measured after you submit.
      </Empty>
    );
  }
  const failed = tests.cases.filter((one) => one.outcome === "failed" || one.outcome === "error").length;
  return (
    <div className="scroll tests" data-testid="test-report">
      {tests.error ? <Banner tone="bad">{tests.error}</Banner> : null}
      {tests.running ? (
        <p className="pad small muted" role="status">
          <span className="dot pulse" aria-hidden="true" /> Running the visible tests
        </p>
      ) : null}
      {!tests.running && failed === 0 && tests.cases.length > 0 && !tests.error ? (
        <Banner tone="good">
          All visible tests pass. They cover the basics; more is measured after you submit.
        </Banner>
      ) : null}
      <ul className="cases">
        {tests.cases.map((one) => (
          <Case key={one.name} one={one} />
        ))}
      </ul>
    </div>
  );
}

function Case({ one }: { one: TestCase }) {
  const { icon, say, tone } = WORDS[one.outcome];
  return (
    <li className={`case ${tone}`}>
      <span className="mark" aria-hidden="true">
        {icon}
      </span>
      <div className="grow">
        <div className="row">
          <span>{one.title || one.name}</span>
          <span className="hidden-visually">: {say}</span>
          <span className="grow" />
          <Place file={one.file} line={one.line} />
          <span className="small muted">{duration(one.seconds * 1000)}</span>
        </div>
        {one.message ? <pre className="message">{one.message}</pre> : null}
        {one.assertion ? <Folded summary="What was asserted" text={one.assertion} /> : null}
        {one.output ? <Folded summary="What your code printed" text={one.output} /> : null}
      </div>
    </li>
  );
}

function Folded({ summary, text }: { summary: string; text: string }) {
  return (
    <details className="case-more">
      <summary>{summary}</summary>
      <pre className="message">{text}</pre>
    </details>
  );
}

/** Where it broke; in the room, a way to get there. */
function Place({ file, line }: { file: string; line: number | null }) {
  const { open } = useStore(places);
  if (!file || line === null) return null;
  const words = `${file} line ${line}`;
  return open ? (
    <button type="button" className="button quiet tiny mono" onClick={() => open(file, line)}>
      {words}
    </button>
  ) : (
    <span className="small muted mono">{words}</span>
  );
}
