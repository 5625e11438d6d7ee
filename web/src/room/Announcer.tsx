/** Says what happens in the room to those who do not see it, without interrupting them. */

import { useEffect, useRef, useState } from "react";

import { useView } from "./context";
import { news } from "./news";

export function Announcer() {
  const view = useView();
  const before = useRef(view);
  const [text, setText] = useState("");
  useEffect(() => {
    const said = news(before.current, view);
    before.current = view;
    if (said) setText(said);
  }, [view]);
  return (
    <div className="hidden-visually" aria-live="polite" data-testid="announcer">
      {text}
    </div>
  );
}
