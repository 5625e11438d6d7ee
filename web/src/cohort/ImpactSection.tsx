/** Adverse impact of a table of counts that the host uploads: compared, shown and forgotten. */

import { useState, type ChangeEvent, type FormEvent } from "react";

import { ApiError, fetchImpacts } from "../api";
import { bound, percent, shareInWords, type Comparison, type Impact } from "./figures";

const EXAMPLE = `stage,attribute,group,candidates,reached
filter,age,under 40,120,31
filter,age,40 and over,64,12
`;

export function ImpactSection() {
  const [csv, setCsv] = useState("");
  const [impacts, setImpacts] = useState<readonly Impact[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const compare = (event: FormEvent) => {
    event.preventDefault();
    fetchImpacts(csv).then(
      (found) => {
        setImpacts(found.impacts);
        setError(null);
      },
      (failure: unknown) => {
        if (failure instanceof ApiError) setError(failure);
      },
    );
  };
  const pick = (event: ChangeEvent<HTMLInputElement>) => {
    void event.target.files?.[0]?.text().then(setCsv);
  };
  return (
    <section className="report-section" aria-labelledby="impact">
      <h2 id="impact">Adverse impact</h2>
      <p className="muted">
        How often groups go on. Give counts, not people: they are compared and not kept. Where one in twenty
        goes on, the four-fifths figure is breached by chance more often than not; so each line says how often.
      </p>
      <form className="card pad stack" onSubmit={compare}>
        <label className="field">
          <span className="label">Counts, as CSV</span>
          <textarea
            className="mono"
            rows={6}
            placeholder={EXAMPLE}
            value={csv}
            data-testid="impact-csv"
            onChange={(event) => setCsv(event.target.value)}
          />
        </label>
        <div className="row">
          <label className="button">
            Take a file
            <input type="file" accept=".csv,text/csv" className="hidden-visually" onChange={pick} />
          </label>
          <button type="button" className="button quiet" onClick={() => setCsv(EXAMPLE)}>
            Show the format
          </button>
          <span className="grow" />
          <button type="submit" className="button primary" disabled={csv.trim() === ""} data-testid="impact-go">
            Compare
          </button>
        </div>
        {error ? (
          <p className="problem" role="alert">
            {error.message} {error.hint}
          </p>
        ) : null}
      </form>
      <div aria-live="polite">
        {impacts?.map((impact) => (
          <ImpactTable key={`${impact.stage} ${impact.attribute}`} impact={impact} />
        ))}
      </div>
    </section>
  );
}

function ImpactTable({ impact }: { impact: Impact }) {
  return (
    <table className="data">
      <caption>
        {impact.attribute}, {impact.stage}. Compared with {impact.reference}:{" "}
        {shareInWords(impact.reference_rate)}
      </caption>
      <thead>
        <tr>
          <th scope="col">Group</th>
          <th scope="col">Go on</th>
          <th scope="col">Ratio</th>
          <th scope="col" className="num">
            Fisher’s p
          </th>
          <th scope="col">Below four fifths</th>
        </tr>
      </thead>
      <tbody>
        {impact.comparisons.map((one) => (
          <tr key={one.group}>
            <th scope="row">{one.group}</th>
            <td>{shareInWords(one.rate)}</td>
            <td>{ratio(one)}</td>
            <td className="num">{one.fisher_p.toPrecision(2)}</td>
            <td>{verdict(one)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ratio({ ratio: value, ratio_low, ratio_high }: Comparison): string {
  return value === null ? "none: nobody goes on" : `${bound(value)} (${bound(ratio_low)} to ${bound(ratio_high)})`;
}

function verdict({ ratio: value, by_chance, too_few }: Comparison): string {
  const chance = `like groups of these sizes: ${percent(by_chance)} of the time`;
  const below = value !== null && value < 0.8 ? "Yes" : "No";
  return `${below}; ${chance}. ${too_few}`;
}
