/** Signals on a line of time. None of them is a verdict. */

import { useView } from "../room/context";
import { Empty, Time } from "../ui/parts";
import { Signal } from "../ui/Signal";

export function IntegrityPanel() {
  const { integrity = [], signals = true } = useView();
  return (
    <div className="column">
      <p className="small muted pad-tight">
        Signals, not verdicts. Nothing counts them: they change no suggestion and no mark. A paste may be the
        candidate's own, a hidden page may be the documentation. Ask about the code, not about the signal.
      </p>
      {signals ? null : (
        <p className="small pad-tight" role="note">
          No signals are kept for this candidate, by arrangement. That says nothing either.
        </p>
      )}
      {integrity.length === 0 ? (
        <Empty title="Nothing to see">
          Pastes, large inserts and times when the page was hidden appear here.
        </Empty>
      ) : (
        <ol className="timeline scroll fill" aria-label="Signals, newest first">
          {[...integrity].reverse().map((one, at) => (
            <Signal key={`${one.at}-${at}`} signal={one}>
              <Time at={one.at} />
            </Signal>
          ))}
        </ol>
      )}
    </div>
  );
}
