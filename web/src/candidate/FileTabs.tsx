/** The files as tabs; adding, renaming and deleting them. */

import { useEffect, useRef, useState, type FormEvent } from "react";

import { useRoom } from "../room/context";
import { addFile, deleteFile, nameProblem, renameFile } from "../room/document";
import { Confirm } from "../ui/parts";
import { Tabs } from "../ui/Tabs";

type Editing = { readonly kind: "add" } | { readonly kind: "rename"; readonly from: string } | null;

export function FileTabs(props: {
  writable: boolean;
  names: readonly string[];
  entry: string;
  selected: string | null;
  onSelect(name: string): void;
}) {
  const { doc } = useRoom();
  const [editing, setEditing] = useState<Editing>(null);
  const [deleting, setDeleting] = useState<string | null>(null);
  const { names, entry, selected } = props;
  const fixed = selected === null || selected === entry;

  const finish = (name: string) => {
    if (editing?.kind === "add") addFile(doc, name);
    if (editing?.kind === "rename") renameFile(doc, editing.from, name);
    setEditing(null);
    props.onSelect(name);
  };
  return (
    <div className="file-tabs">
      <Tabs
        label="Files"
        items={names.map((name) => ({ id: name, label: <span className="mono">{name}</span> }))}
        selected={selected ?? ""}
        onSelect={props.onSelect}
        after={
          !props.writable ? null : (
            <div className="row file-actions">
              <button
                type="button"
                className="button quiet tiny"
                aria-label="Add a file"
                title="Add a file"
                onClick={() => setEditing({ kind: "add" })}
              >
                +
              </button>
              <span className="grow" />
              {fixed ? null : (
                <>
                  <button
                    type="button"
                    className="button quiet tiny"
                    onClick={() => setEditing({ kind: "rename", from: selected })}
                  >
                    Rename
                  </button>
                  <button type="button" className="button quiet tiny" onClick={() => setDeleting(selected)}>
                    Delete
                  </button>
                </>
              )}
            </div>
          )
        }
      />
      {editing ? (
        <NameForm
          key={editing.kind}
          initial={editing.kind === "rename" ? editing.from : ""}
          action={editing.kind === "rename" ? "Rename" : "Add"}
          onDone={finish}
          onCancel={() => setEditing(null)}
        />
      ) : null}
      <Confirm
        open={deleting !== null}
        title={`Delete ${deleting ?? ""}?`}
        confirm="Delete"
        confirmTestId="confirm-delete"
        onConfirm={() => {
          if (deleting !== null) deleteFile(doc, deleting);
          setDeleting(null);
        }}
        onCancel={() => setDeleting(null)}
      >
        <p>The file is removed from the sandbox as well.</p>
      </Confirm>
    </div>
  );
}

function NameForm(props: { initial: string; action: string; onDone(name: string): void; onCancel(): void }) {
  const { doc } = useRoom();
  const [name, setName] = useState(props.initial);
  const [problem, setProblem] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.select(), []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = nameProblem(doc, name);
    if (found) setProblem(found);
    else props.onDone(name);
  };
  return (
    <form className="row name-form" onSubmit={submit}>
      <input
        ref={input}
        type="text"
        className="mono"
        aria-label="File name"
        aria-invalid={problem !== null}
        placeholder="name.py"
        value={name}
        maxLength={60}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") props.onCancel();
        }}
      />
      <button type="submit" className="button tiny">
        {props.action}
      </button>
      <button type="button" className="button quiet tiny" onClick={props.onCancel}>
        Cancel
      </button>
      {problem ? (
        <span className="problem small" role="alert">
          {problem}
        </span>
      ) : null}
    </form>
  );
}
