/** The form for a new interview. */

import { useState, type FormEvent } from "react";

import { ApiError, createInterview, type NewInterview } from "../api";
import { AccommodationFields } from "../arrange/AccommodationFields";
import { NO_ACCOMMODATIONS, type CreatedInterview, type DeviceClass } from "../protocol";

/** `gpus` is how many this host has; null until that is known. */
export function NewForm({
  onCreated,
  gpus,
}: {
  onCreated: (created: CreatedInterview) => void;
  gpus: number | null;
}) {
  const [form, setForm] = useState<NewInterview>({
    candidate_name: "",
    interviewer_name: "",
    filter_minutes: 15,
    probe_minutes: 45,
    accommodations: NO_ACCOMMODATIONS,
    device: "cpu",
    reference: "",
  });
  const [error, setError] = useState<ApiError | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    createInterview(form)
      .then(onCreated, (failure: unknown) => {
        if (failure instanceof ApiError) setError(failure);
      })
      .finally(() => setBusy(false));
  };
  const minutes = (key: "filter_minutes" | "probe_minutes", label: string) => (
    <label className="field">
      <span className="label">{label}</span>
      <input
        type="number"
        required
        min={1}
        max={240}
        value={form[key]}
        onChange={(event) => setForm({ ...form, [key]: event.target.valueAsNumber || 0 })}
      />
    </label>
  );
  const name = (key: "candidate_name" | "interviewer_name", label: string) => (
    <label className="field">
      <span className="label">{label}</span>
      <input
        type="text"
        required
        maxLength={100}
        autoComplete="off"
        value={form[key]}
        onChange={(event) => setForm({ ...form, [key]: event.target.value })}
      />
    </label>
  );
  const pick = (device: DeviceClass) => setForm({ ...form, device });
  return (
    <form className="card pad stack" onSubmit={submit}>
      <h2>New interview</h2>
      {name("candidate_name", "Candidate")}
      {name("interviewer_name", "Interviewer")}
      <div className="pair">
        {minutes("filter_minutes", "Review, minutes")}
        {minutes("probe_minutes", "Build, minutes")}
      </div>
      <label className="field">
        <span className="label">Reference, if another system has one</span>
        <input
          type="text"
          maxLength={500}
          pattern="[!-~]*"
          title="An id or an address: no spaces"
          autoComplete="off"
          spellCheck={false}
          value={form.reference}
          onChange={(event) => setForm({ ...form, reference: event.target.value })}
        />
      </label>
      <details>
        <summary>Accommodations</summary>
        <div className="stack pad-tight">
          <p className="small muted">Kept apart: not shown beside marks, and in no report.</p>
          <AccommodationFields
            value={form.accommodations}
            onChange={(accommodations) => setForm({ ...form, accommodations })}
          />
        </div>
      </details>
      <fieldset className="field">
        <legend className="label">Sandbox</legend>
        <div className="row">
          <Choice name="CPU only" checked={form.device === "cpu"} onPick={() => pick("cpu")} />
          <Choice
            name="With a GPU"
            checked={form.device === "gpu"}
            disabled={!gpus}
            onPick={() => pick("gpu")}
          />
        </div>
        <span className="small muted">
          {gpus
            ? "With a GPU, it gets one of its own; when all are lent, it waits in the order of asking."
            : "This host has no GPU to lend."}
        </span>
      </fieldset>
      {error ? (
        <p className="problem" role="alert">
          {error.message} {error.hint}
        </p>
      ) : null}
      <button type="submit" className="button primary" disabled={busy}>
        {busy ? "Creating..." : "Create interview"}
      </button>
    </form>
  );
}

function Choice(props: { name: string; checked: boolean; disabled?: boolean; onPick(): void }) {
  return (
    <label className="row">
      <input
        type="radio"
        name="device"
        checked={props.checked}
        disabled={props.disabled}
        onChange={props.onPick}
      />
      {props.name}
    </label>
  );
}
