/** The four numbers that can be moved, each with its value in words. */

import { MOST_DRAFTS, type Setting } from "./model";
import { percent } from "../cohort/figures";

interface Knob {
  readonly key: keyof Setting;
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  /** What the slider's position means. */
  readonly value: (position: number) => number;
  readonly position: (value: number) => number;
  readonly words: (value: number) => string;
}

const plain = { value: (position: number) => position, position: (value: number) => value };

const KNOBS: readonly Knob[] = [
  {
    key: "alpha",
    label: "Acceptance rate",
    hint: "of one draft token",
    min: 0,
    max: 1,
    step: 0.01,
    ...plain,
    words: percent,
  },
  {
    key: "gamma",
    label: "Draft tokens a round",
    hint: "gamma",
    min: 0,
    max: MOST_DRAFTS,
    step: 1,
    ...plain,
    words: String,
  },
  {
    key: "cost",
    label: "Cost of a draft pass",
    hint: "in target passes",
    min: 0.01,
    max: 1,
    step: 0.01,
    ...plain,
    words: (value) => value.toFixed(2),
  },
  {
    key: "batch",
    label: "Sequences in the batch",
    hint: "served at once",
    min: 0,
    max: 10,
    step: 1,
    value: (position) => 2 ** position,
    position: Math.log2,
    words: String,
  },
  {
    key: "ridge",
    label: "Positions a pass takes for free",
    hint: "where arithmetic becomes what costs",
    min: 4,
    max: 11,
    step: 1,
    value: (position) => 2 ** position,
    position: Math.log2,
    words: String,
  },
];

export function Sliders({ setting, onChange }: { setting: Setting; onChange: (setting: Setting) => void }) {
  return (
    <form className="card pad stack" aria-label="What to assume" onSubmit={(event) => event.preventDefault()}>
      {KNOBS.map((knob) => (
        <label key={knob.key} className="knob">
          <span className="row">
            <span>
              {knob.label} <span className="small muted">{knob.hint}</span>
            </span>
            <span className="grow" />
            <output className="mono">{knob.words(setting[knob.key])}</output>
          </span>
          <input
            type="range"
            data-testid={`knob-${knob.key}`}
            min={knob.min}
            max={knob.max}
            step={knob.step}
            value={knob.position(setting[knob.key])}
            aria-valuetext={knob.words(setting[knob.key])}
            onChange={(event) =>
              onChange({ ...setting, [knob.key]: knob.value(event.target.valueAsNumber) })
            }
          />
        </label>
      ))}
    </form>
  );
}
