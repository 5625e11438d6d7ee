/** CodeMirror in React: the component owns the element, plain modules own the editor. */

import { EditorView } from "@codemirror/view";
import { EditorState, type Extension } from "@codemirror/state";
import { useEffect, useRef } from "react";
import type * as Y from "yjs";

import { openShared } from "../editor/code";
import { useRoom } from "./context";

/** A shared text; `onView` hears of the editor when it opens and of null when it goes. */
export function SharedEditor(props: {
  text: Y.Text;
  label: string;
  writable: boolean;
  extensions?: Extension;
  onView?: (view: EditorView | null) => void;
  testId?: string;
}) {
  const { awareness } = useRoom();
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!box.current) return undefined;
    const { text, label, writable, extensions, onView } = latest.current;
    const view = openShared(box.current, {
      text,
      awareness,
      label,
      writable,
      ...(extensions ? { extensions } : {}),
    });
    onView?.(view);
    return () => {
      onView?.(null);
      view.destroy();
    };
  }, [props.text, props.writable, awareness]);
  return <div className="editor" ref={box} data-testid={props.testId} />;
}

/** A text that does not change. */
export function StaticEditor(props: {
  text: string;
  extensions: Extension;
  onView?: (view: EditorView | null) => void;
  testId?: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    if (!box.current) return undefined;
    const view = new EditorView({
      parent: box.current,
      state: EditorState.create({ doc: props.text, extensions: latest.current.extensions }),
    });
    latest.current.onView?.(view);
    return () => {
      latest.current.onView?.(null);
      view.destroy();
    };
  }, [props.text]);
  return <div className="editor" ref={box} data-testid={props.testId} />;
}
