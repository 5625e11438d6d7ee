/** Tabs after the ARIA pattern: arrow keys move, only the chosen tab is in the tab order. */

import { useId, useRef, type KeyboardEvent, type ReactNode } from "react";

export interface TabItem {
  readonly id: string;
  readonly label: ReactNode;
}

export function Tabs(props: {
  label: string;
  items: readonly TabItem[];
  selected: string;
  onSelect(id: string): void;
  panelId?: string;
  after?: ReactNode;
}) {
  const { items, selected, onSelect } = props;
  const base = useId();
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = items.findIndex((item) => item.id === selected);
    const next = step ? items[(at + step + items.length) % items.length] : edge(event.key, items);
    if (!next) return;
    event.preventDefault();
    onSelect(next.id);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus());
  };
  return (
    <div className="tabs">
      <div
        role="tablist"
        aria-label={props.label}
        ref={list}
        onKeyDown={onKeyDown}
        className="row"
        style={{ gap: 2 }}
      >
        {items.map((item) => (
          <button
            key={item.id}
            id={`${base}-${item.id}`}
            type="button"
            role="tab"
            data-tab={item.id}
            className="tab"
            aria-selected={item.id === selected}
            aria-controls={props.panelId}
            tabIndex={item.id === selected ? 0 : -1}
            onClick={() => onSelect(item.id)}
          >
            {item.label}
          </button>
        ))}
      </div>
      {props.after}
    </div>
  );
}

function edge(key: string, items: readonly TabItem[]): TabItem | undefined {
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  return undefined;
}
