/** Stage one: the exhibit, comments on its lines, and a summary. Also mirrored, read-only, for the interviewer. */

import { EditorView } from "@codemirror/view";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from "react";
import type { Awareness } from "y-protocols/awareness";

import { clickableNumbers, commenting, setComments } from "../editor/comments";
import { readOnly } from "../editor/code";
import { candidateWhereabouts, reportScroll, scrollToLine } from "../editor/follow";
import type { FilterMaterials } from "../protocol";
import { useComments, useRoom, useView } from "../room/context";
import { serverNow } from "../room/clock";
import { addComment, summaryOf, type Comment } from "../room/document";
import { StaticEditor } from "../room/editors";
import { SharedTextarea } from "../room/SharedTextarea";
import { Prose } from "../ui/Prose";
import { Split } from "../ui/Split";
import { CommentList } from "./Comments";

export function FilterStage({ filter, writable }: { filter: FilterMaterials; writable: boolean }) {
  const room = useRoom();
  const view = useView();
  const theirs = view.role === "candidate";
  const comments = useComments();
  const editor = useRef<EditorView | null>(null);
  const [active, setActive] = useState<string | null>(null);
  const newest = useRef(view);
  newest.current = view;

  const add = useCallback(
    (line: number) =>
      setActive(addComment(room.doc, line, Math.round(serverNow(newest.current, performance.now())))),
    [room],
  );
  const extensions = useMemo(
    () => [
      readOnly(`${filter.exhibit.path}, for review`, writable ? clickableNumbers(add) : undefined),
      commenting(writable ? add : null),
      theirs ? reportScroll(room.awareness) : [],
    ],
    [filter.exhibit.path, writable, add, theirs, room],
  );
  const [follow, setFollow] = useState(!theirs);
  useFollowing(follow, room.awareness, editor);
  const activeLine = comments.find((one) => one.id === active)?.line ?? null;
  useEffect(() => showMarks(editor.current, comments, activeLine), [comments, activeLine]);

  const goTo = (comment: Comment) => {
    setActive(comment.id);
    setFollow(false);
    reveal(editor.current, comment.line);
  };
  const addAtCursor = () => {
    const open = editor.current;
    if (open) add(open.state.doc.lineAt(open.state.selection.main.head).number);
  };
  const backToCode = () => editor.current?.focus();

  return (
    <main className="stage" data-testid="filter">
      <WithBrief filter={filter} beside={theirs}>
        <Split
          name="review"
          direction="row"
          initial={60}
          least={25}
          first={
            <section className="column" aria-label="File under review">
              <div className="file-head">
                <span className="mono small">{filter.exhibit.path}</span>
                <span className="grow" />
                {writable ? (
                  <span className="small muted">
                    Click a line number, or press <kbd>C</kbd> on it
                  </span>
                ) : null}
                {theirs ? null : (
                  <label className="row small">
                    <input
                      type="checkbox"
                      checked={follow}
                      onChange={(event) => setFollow(event.target.checked)}
                      data-testid="follow"
                    />
                    Follow {view.interview.candidate_name}
                  </label>
                )}
              </div>
              <StaticEditor
                text={filter.exhibit.text}
                extensions={extensions}
                onView={(opened) => {
                  editor.current = opened;
                  showMarks(opened, comments, activeLine);
                }}
                testId="exhibit"
              />
            </section>
          }
          second={
            <section className="column review-side" aria-label="Your review">
              <div className="pane-head">
                <h2>Comments</h2>
                <span className="muted small">{comments.length}</span>
                <span className="grow" />
                {writable ? (
                  <button
                    type="button"
                    className="button tiny"
                    data-testid="add-comment"
                    onClick={addAtCursor}
                  >
                    Comment on current line
                  </button>
                ) : null}
              </div>
              <CommentList
                comments={comments}
                active={active}
                writable={writable}
                onGoTo={goTo}
                onActive={setActive}
                onLeave={backToCode}
              />
              <Summary writable={writable} />
            </section>
          }
        />
      </WithBrief>
    </main>
  );
}

/** Shows the part of the file that the candidate has scrolled to, whenever they scroll. */
function useFollowing(follow: boolean, awareness: Awareness, editor: RefObject<EditorView | null>): void {
  useEffect(() => {
    if (!follow) return undefined;
    let last: number | null = null;
    const scroll = () => {
      const { top } = candidateWhereabouts(awareness);
      if (top === null || top === last || !editor.current) return;
      last = top;
      scrollToLine(editor.current, top);
    };
    scroll();
    awareness.on("change", scroll);
    return () => awareness.off("change", scroll);
  }, [follow, awareness, editor]);
}

/** The candidate reads the brief beside the file; the interviewer, short of room, unfolds it. */
function WithBrief({
  filter,
  beside,
  children,
}: {
  filter: FilterMaterials;
  beside: boolean;
  children: ReactNode;
}) {
  if (beside) {
    return (
      <Split
        name="brief"
        direction="row"
        initial={26}
        first={
          <section className="column" aria-label="Task">
            <div className="scroll pad" tabIndex={0} role="group" aria-label="Task">
              <Prose source={filter.brief} />
            </div>
          </section>
        }
        second={children}
      />
    );
  }
  return (
    <>
      <details className="brief-fold">
        <summary>What the candidate is asked</summary>
        <Prose source={filter.brief} />
      </details>
      {children}
    </>
  );
}

function showMarks(view: EditorView | null, comments: readonly Comment[], active: number | null): void {
  const counts = new Map<number, number>();
  for (const { line } of comments) counts.set(line, (counts.get(line) ?? 0) + 1);
  view?.dispatch({ effects: setComments.of({ counts, active }) });
}

function reveal(view: EditorView | null, number: number): void {
  if (!view || number < 1 || number > view.state.doc.lines) return;
  const line = view.state.doc.line(number);
  view.dispatch({
    selection: { anchor: line.from },
    effects: EditorView.scrollIntoView(line.from, { y: "center" }),
  });
}

function Summary({ writable }: { writable: boolean }) {
  const { doc } = useRoom();
  return (
    <div className="summary">
      <h2 id="summary-title">Summary</h2>
      <p className="muted small">
        Should this go to production? What first, and what would you ask before you decide?
      </p>
      <SharedTextarea
        text={summaryOf(doc)}
        label="Summary of your review"
        writable={writable}
        rows={7}
        placeholder={writable ? "Your verdict in a few sentences" : "Nothing written yet"}
        testId="summary"
        where="summary"
      />
    </div>
  );
}
