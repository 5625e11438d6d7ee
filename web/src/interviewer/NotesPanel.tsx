/** Private notes, each with its time and stage. */

import { useState } from "react";

import type { Note } from "../protocol";
import { useAct, useView } from "../room/context";
import { Jump } from "../replay/Jump";
import { STAGE_NAMES } from "../stages";
import { Empty } from "../ui/parts";
import { onModEnter } from "./Dock";

export function NotesPanel() {
  const { notes = [], interview, you } = useView();
  return (
    <div className="column">
      {notes.length === 0 ? (
        <Empty title="No notes yet">
          Write one below. Only the panel sees notes, here and in the report. Each keeps the time it was written.
        </Empty>
      ) : (
        <ul className="notes scroll fill">
          {[...notes].reverse().map((note) => (
            <Item key={note.id} note={note} interview={interview} mine={note.author === you} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Item({
  note,
  interview,
  mine,
}: {
  note: Note;
  interview: { id: string };
  mine: boolean;
}) {
  const act = useAct();
  const [draft, setDraft] = useState<string | null>(null);
  const save = async (text: string) => {
    if (await act("edit_note", { note: note.id, text })) setDraft(null);
  };
  return (
    <li className="note" data-testid="note">
      <div className="row">
        <Jump interview={interview.id} at={note.at} apart />
        <span className="small muted">
          {STAGE_NAMES[note.stage]}
          {mine || !note.by ? "" : ` · ${note.by}`}
        </span>
        <span className="grow" />
        {draft === null && mine ? (
          <>
            <button type="button" className="button quiet tiny" onClick={() => setDraft(note.text)}>
              Edit
            </button>
            <button type="button" className="button quiet tiny" onClick={() => void save("")}>
              Delete
            </button>
          </>
        ) : null}
      </div>
      {draft === null ? (
        <p className="note-text">{note.text}</p>
      ) : (
        <div className="stack">
          <textarea
            aria-label="Edit note"
            rows={3}
            autoFocus
            value={draft}
            onChange={(event) => setDraft(event.target.value)}
            onKeyDown={(event) => onModEnter(event, () => void save(draft.trim()))}
          />
          <div className="row">
            <button
              type="button"
              className="button tiny"
              disabled={!draft.trim()}
              onClick={() => void save(draft.trim())}
            >
              Save
            </button>
            <button type="button" className="button quiet tiny" onClick={() => setDraft(null)}>
              Cancel
            </button>
          </div>
        </div>
      )}
    </li>
  );
}
