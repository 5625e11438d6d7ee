/** Where the panel's marking stands: who is missing, then all marks side by side. */

import { AXES, AXIS_NAMES } from "../protocol";
import { useView } from "../room/context";
import { Banner } from "../ui/parts";

export function Standing() {
  const { panel_marks: panel } = useView();
  if (!panel) return null;
  if (!panel.shown)
    return (
      <p className="small muted" role="status" data-testid="marks-hidden">
        {panel.waiting_for.length > 0
          ? `Marks are filed blind. Waiting for ${panel.waiting_for.join(", ")}; then all are shown.`
          : "Marks are filed blind. File yours on both axes to see the others."}
      </p>
    );
  return (
    <section className="stack" aria-label="The panel's marks" data-testid="marks-shown">
      <h3>The panel</h3>
      <table className="data">
        <thead>
          <tr>
            <th scope="col">Who</th>
            {AXES.map((axis) => (
              <th key={axis} scope="col" className="num">
                {AXIS_NAMES[axis]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...new Set(panel.marks.map((one) => one.by))].map((by) => (
            <tr key={by}>
              <th scope="row">{by}</th>
              {AXES.map((axis) => (
                <td key={axis} className="num">
                  {panel.marks.find((one) => one.by === by && one.axis === axis)?.score ?? ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {panel.total ? (
        <p>
          Total <strong>{panel.total.value.toFixed(1)}</strong> of 10,{" "}
          <span className="muted">
            {panel.total.low.toFixed(1)} to {panel.total.high.toFixed(1)} at one standard error
          </span>
        </p>
      ) : null}
      {panel.asks.map((ask) => (
        <Banner key={ask} tone="warn">
          {ask}
        </Banner>
      ))}
    </section>
  );
}
