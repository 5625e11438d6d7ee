/** Speed-up by the size of the batch: what the model expects, beside what was measured. */

import { useEffect, useId, useMemo, useState } from "react";

import { ApiError, fetchBatchPressure } from "../api";
import { PlotView } from "../ui/PlotView";
import { inWords, nearestCurve, type Pressure } from "./measured";
import type { Setting } from "./model";
import { overBatch } from "./plots";

const NOTHING = -1;

export function Batches({ setting }: { setting: Setting }) {
  const { results, error } = useBatchPressure();
  const [chosen, setChosen] = useState(0);
  const found = results?.[chosen] ?? null;
  const curve = found && nearestCurve(found, setting.gamma);
  const plot = useMemo(() => overBatch(setting, found, curve), [setting, found, curve]);
  return (
    <section className="card pad stack" data-testid="what-if-batches">
      {results?.length ? <Choice results={results} chosen={chosen} onChange={setChosen} /> : null}
      <PlotView plot={plot} />
      {found && curve ? (
        <p className="small muted" data-testid="what-if-measured">
          {found.kind === "measured" ? "Measured" : "Worked out"}: {found.what}, {found.context} positions in
          each cache. There {inWords(found, curve)}
        </p>
      ) : null}
      {results?.length === 0 ? (
        <p className="small muted" data-testid="what-if-unmeasured">
          Nothing was measured here, so this is the model alone. <code>bench/batch_pressure.py</code> measures a
          pair; put its file into the data folder.
        </p>
      ) : null}
      {error ? (
        <p className="small muted" data-testid="what-if-unmeasured">
          What was measured cannot be shown. {error.message} {error.hint}
        </p>
      ) : null}
    </section>
  );
}

interface Choosing {
  readonly results: readonly Pressure[];
  readonly chosen: number;
  readonly onChange: (chosen: number) => void;
}

function Choice({ results, chosen, onChange }: Choosing) {
  const id = useId();
  return (
    <div className="row wrap">
      <label htmlFor={id}>Compare with</label>
      <select id={id} value={chosen} onChange={(event) => onChange(Number(event.target.value))}>
        {results.map((one, at) => (
          <option key={one.name} value={at}>
            {one.name}
          </option>
        ))}
        <option value={NOTHING}>nothing</option>
      </select>
    </div>
  );
}

function useBatchPressure(): { results: readonly Pressure[] | null; error: ApiError | null } {
  const [results, setResults] = useState<readonly Pressure[] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => {
    fetchBatchPressure().then(
      (answer) => setResults(answer.results),
      (failure: unknown) => {
        if (failure instanceof ApiError) setError(failure);
      },
    );
  }, []);
  return { results, error };
}
