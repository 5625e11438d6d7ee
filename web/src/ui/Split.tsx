/** Two panes with a divider that mouse, touch and arrow keys move. The choice is kept in this browser. */

import { useRef, useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

const STEP = 2;

export function Split(props: {
  name: string;
  direction: "row" | "column";
  initial: number;
  least?: number;
  first: ReactNode;
  second: ReactNode;
}) {
  const { direction, least = 15 } = props;
  const key = `split.${props.name}`;
  const [size, setSize] = useState(() => clamp(Number(localStorage.getItem(key)) || props.initial, least));
  const box = useRef<HTMLDivElement>(null);

  const resize = (next: number) => {
    setSize(clamp(next, least));
    localStorage.setItem(key, String(clamp(next, least)));
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const rect = box.current?.getBoundingClientRect();
    if (!rect || !event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const share =
      direction === "row"
        ? (event.clientX - rect.left) / rect.width
        : (event.clientY - rect.top) / rect.height;
    resize(share * 100);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowUp: -STEP, ArrowRight: STEP, ArrowDown: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(size + step);
  };
  return (
    <div className={`split ${direction}`} ref={box}>
      <div className="pane" style={{ flexBasis: `${size}%` }}>
        {props.first}
      </div>
      <div
        className="divider"
        role="separator"
        tabIndex={0}
        aria-label={`Resize ${props.name}`}
        aria-orientation={direction === "row" ? "vertical" : "horizontal"}
        aria-valuenow={Math.round(size)}
        aria-valuemin={least}
        aria-valuemax={100 - least}
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={onPointerMove}
        onDoubleClick={() => resize(props.initial)}
        onKeyDown={onKeyDown}
      />
      <div className="pane" style={{ flexBasis: `${100 - size}%` }}>
        {props.second}
      </div>
    </div>
  );
}

function clamp(value: number, least: number): number {
  return Math.min(100 - least, Math.max(least, value));
}
