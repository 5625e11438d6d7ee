/** The visible tests, case by case. */

import type { TestCase, TestReport } from "../protocol";
import { duration } from "../ui/figures";
import { Banner, Empty } from "../ui/parts";
import { useView } from "./context";

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
          <span className="small muted">{duration(one.seconds * 1000)}</span>
        </div>
        {one.message ? <pre className="message">{one.message}</pre> : null}
      </div>
    </li>
  );
}
