/** What the sandbox's runtime does not promise here. Can be put away until the page is opened again. */

import { useState } from "react";

import { useView } from "../room/context";

export function Caveats() {
  const { runtime } = useView();
  const [hidden, setHidden] = useState(false);
  if (hidden || !runtime || runtime.caveats.length === 0) return null;
  return (
    <div className="banner warn" role="note">
      <details className="say">
        <summary>
          The sandbox runs on <strong>{runtime.name}</strong>, which has{" "}
          {runtime.caveats.length === 1 ? "a limit" : "limits"} you should know
        </summary>
        <ul className="small">
          {runtime.caveats.map((caveat) => (
            <li key={caveat}>{caveat}</li>
          ))}
        </ul>
      </details>
      <button type="button" className="button quiet tiny" onClick={() => setHidden(true)}>
        Dismiss
      </button>
    </div>
  );
}
