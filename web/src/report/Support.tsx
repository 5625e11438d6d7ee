/** Beside each finding of the review, the words of the candidate that may support it. */

import type { Report } from "../protocol";
import { Inline } from "../ui/Inline";
import { Chip } from "../ui/parts";

export function Support({ report }: { report: Report }) {
  const { rubric, ticked } = report.axes.engineering;
  const { supported } = report.review;
  const places = new Map(supported.map((one) => [one.finding, one.places]));
  const confirmed = new Set(ticked.map((finding) => finding.id));
  const shown = rubric.findings.filter((finding) => places.has(finding.id) || confirmed.has(finding.id));
  return (
    <section className="report-section" aria-labelledby="support">
      <h2 id="support">Findings of the review</h2>
      <p className="muted small">
        Places are found by terms that the challenge lists. They say where to look. Only what the interviewer
        confirmed counts: the suggested band is the highest level that two confirmed findings reach, one level
        lower where it is a single one, and at most what a confirmed red flag leaves open.
      </p>
      {shown.length === 0 ? (
        <p className="muted">Nothing was confirmed, and no comment uses a listed term.</p>
      ) : (
        <table className="data support">
          <thead>
            <tr>
              <th scope="col" className="num">
                Level
              </th>
              <th scope="col">Finding</th>
              <th scope="col">In the candidate’s words</th>
              <th scope="col">Interviewer</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((finding) => (
              <tr key={finding.id}>
                <td className="num">{finding.level}</td>
                <th scope="row">
                  {finding.red_flag ? "⚑ Red flag: " : null}
                  <Inline text={finding.text} />
                </th>
                <td>
                  <Places places={places.get(finding.id) ?? []} />
                </td>
                <td>
                  {confirmed.has(finding.id) ? (
                    <Chip tone={finding.red_flag ? "bad" : "good"}>✓ confirmed</Chip>
                  ) : (
                    <Chip>not confirmed</Chip>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Places({ places }: { places: Report["review"]["supported"][number]["places"] }) {
  if (places.length === 0) return <span className="muted">heard, not written</span>;
  return (
    <ul className="plain-list">
      {places.map(({ line, before, match, after }, at) => (
        <li key={at}>
          <span className="small muted">{line === null ? "summary" : `line ${line}`}</span> {before}
          <mark>{match}</mark>
          {after}
        </li>
      ))}
    </ul>
  );
}
