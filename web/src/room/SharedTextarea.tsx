/** A plain text box on a shared text. */

import { useEffect, useLayoutEffect, useRef, useState } from "react";
import type * as Y from "yjs";

import { replaceText } from "./document";

const MAX_ROWS = 14;

export function SharedTextarea(props: {
  text: Y.Text;
  label: string;
  writable: boolean;
  rows: number;
  placeholder?: string;
  testId?: string;
  where: string;
  onFocus?: () => void;
  onEscape?: () => void;
}) {
  const { text } = props;
  const [value, setValue] = useState(() => text.toString());
  const box = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const update = () => setValue(text.toString());
    update();
    text.observe(update);
    return () => text.unobserve(update);
  }, [text]);
  useLayoutEffect(() => grow(box.current, props.rows), [value, props.rows]);
  return (
    <textarea
      ref={box}
      aria-label={props.label}
      data-testid={props.testId}
      data-where={props.where}
      rows={props.rows}
      readOnly={!props.writable}
      placeholder={props.placeholder}
      value={value}
      maxLength={20_000}
      onFocus={props.onFocus}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onEscape?.();
      }}
      onChange={(event) => replaceText(text, event.target.value)}
    />
  );
}

function grow(box: HTMLTextAreaElement | null, rows: number): void {
  if (!box) return;
  box.style.height = "auto";
  const line = parseFloat(getComputedStyle(box).lineHeight) || 20;
  const height = Math.min(box.scrollHeight + 2, MAX_ROWS * line);
  box.style.height = `${Math.max(height, rows * line + 16)}px`;
}
