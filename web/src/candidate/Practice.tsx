/** A pad to try the editor on before anything is timed. Nothing here leaves the page. */

import { useMemo } from "react";

import { scratch } from "../editor/code";
import { StaticEditor } from "../room/editors";

const TEXT = `# %% Try the editor: type, select, undo. Nothing here is recorded, sent or kept.
def greeting(name: str) -> str:
    return f"Hello, {name}"


# %% A second cell. In the room, Shift+Enter runs a cell and goes on to the next.
print(greeting("world"))
`;

export function Practice() {
  const extensions = useMemo(() => scratch("Practice pad"), []);
  return (
    <section className="card practice" aria-labelledby="practice">
      <div className="pane-head">
        <h2 id="practice">Practice pad</h2>
        <span className="muted small">The room's editor. Set your keys, colours and letters above; they stay.</span>
      </div>
      <StaticEditor text={TEXT} extensions={extensions} testId="practice" />
    </section>
  );
}
