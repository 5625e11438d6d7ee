/** What can be arranged for a candidate. The same fields when an interview is made and afterwards. */

import type { Accommodations } from "../protocol";

const TIMES = [100, 110, 125, 150, 200] as const;

export function AccommodationFields({
  value,
  onChange,
}: {
  value: Accommodations;
  onChange(next: Accommodations): void;
}) {
  const times = [...new Set([...TIMES, value.time_percent])].sort((a, b) => a - b);
  const box = (key: "timer_hidden" | "screen_reader" | "assistive_input", label: string, hint: string) => (
    <label className="arranged">
      <input
        type="checkbox"
        checked={value[key]}
        data-testid={`arrange-${key}`}
        onChange={(event) => onChange({ ...value, [key]: event.target.checked })}
      />
      <span>
        {label}
        <span className="small muted">{hint}</span>
      </span>
    </label>
  );
  return (
    <>
      <label className="field">
        <span className="label">Time for each stage</span>
        <select
          value={value.time_percent}
          data-testid="arrange-time"
          onChange={(event) => onChange({ ...value, time_percent: Number(event.target.value) })}
        >
          {times.map((percent) => (
            <option key={percent} value={percent}>
              {percent === 100 ? "As planned" : `${percent} % of what is planned`}
            </option>
          ))}
        </select>
      </label>
      {box("timer_hidden", "No timer on the candidate's page", "You still see it, and say when time is short.")}
      {box(
        "screen_reader",
        "Uses a screen reader",
        "No signals are kept: assistive technology moves the focus and inserts text.",
      )}
      {box(
        "assistive_input",
        "Uses dictation or another input aid",
        "No signals are kept: text comes in bulk.",
      )}
    </>
  );
}
