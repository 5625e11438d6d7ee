/** Stage two for the candidate: brief, files, editor, output, tests, bench, submit. */

import { EditorView, keymap } from "@codemirror/view";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { nextCell } from "../editor/cells";
import { completion } from "../editor/completion";
import { reportScroll } from "../editor/follow";
import { inspection } from "../editor/inspection";
import { mistakes } from "../editor/mistakes";
import { completion as parseCompletion, inspected, type ProbeMaterials } from "../protocol";
import { useAct, useFileNames, useRoom, useView, type Act } from "../room/context";
import { filesOf } from "../room/document";
import { SharedEditor } from "../room/editors";
import { places } from "../room/places";
import { ResultsPane } from "../room/ResultsPane";
import { useRuns, type Runs } from "../room/useRuns";
import { Banner, Empty } from "../ui/parts";
import { Prose } from "../ui/Prose";
import { Split } from "../ui/Split";
import { FileTabs } from "./FileTabs";
import { KernelBanner, KernelState } from "../room/Kernel";
import { SubmitButton } from "./SubmitButton";

export function ProbeStage({ probe }: { probe: ProbeMaterials }) {
  return (
    <main className="stage" data-testid="probe">
      <Split
        name="brief"
        direction="row"
        initial={30}
        first={
          <section className="column" aria-label="Task">
            <div className="scroll pad" tabIndex={0} role="group" aria-label="Task">
              <Prose source={probe.brief} />
            </div>
          </section>
        }
        second={<Workbench probe={probe} />}
      />
    </main>
  );
}

function Workbench({ probe }: { probe: ProbeMaterials }) {
  const { doc, awareness } = useRoom();
  const { submission } = useView();
  const writable = submission === null;
  const act = useAct();
  const names = useFileNames(probe.entry);
  const [chosen, setChosen] = useState(probe.entry);
  const file = names.includes(chosen) ? chosen : (names[0] ?? null);
  const text = file === null ? undefined : filesOf(doc).get(file);
  const editor = useRef<EditorView | null>(null);
  useEffect(() => {
    awareness.setLocalStateField("file", file);
    awareness.setLocalStateField("cursor", null);
    awareness.setLocalStateField("top", null);
  }, [awareness, file]);

  const goal = useRef<{ file: string; line: number } | null>(null);
  useEffect(() => {
    const open = (wanted: string, line: number) => {
      goal.current = { file: wanted, line };
      setChosen(wanted);
      if (editor.current && awareness.getLocalState()?.["file"] === wanted) reveal(editor.current, line);
    };
    places.set({ open });
    return () => places.set({ open: null });
  }, [awareness]);
  const opened = useCallback((view: EditorView | null, name: string) => {
    editor.current = view;
    if (view && goal.current?.file === name) reveal(view, goal.current.line);
    if (view) goal.current = null;
  }, []);

  const runs = useRuns(act);
  const { run } = runs;
  const runFile = useCallback(() => {
    if (file) run({ path: file, line: null });
  }, [run, file]);
  const runCell = useCallback(() => {
    const view = editor.current;
    if (file && view) run({ path: file, line: cursorLine(view) });
  }, [run, file]);
  const runSelection = useCallback(() => {
    const view = editor.current;
    if (file && view) run({ path: file, ...selectedLines(view) });
  }, [run, file]);

  return (
    <section className="column" aria-label="Workbench">
      <FileTabs writable={writable} names={names} entry={probe.entry} selected={file} onSelect={setChosen} />
      <Toolbar
        act={act}
        runFile={runFile}
        runCell={runCell}
        runSelection={runSelection}
        runs={runs}
        ready={file !== null}
      />
      {submission ? (
        <Banner tone="good">
          Submitted and frozen. Thank you. Talk it through with your interviewer: what would you do with more
          time?
        </Banner>
      ) : (
        <KernelBanner act={act} />
      )}
      <Split
        name="output"
        direction="column"
        initial={60}
        first={
          text && file !== null ? (
            <CodePane
              key={file}
              writable={writable}
              file={file}
              text={text}
              onView={(view) => opened(view, file)}
              runFile={runFile}
              runCell={runCell}
              runSelection={runSelection}
            />
          ) : (
            <Empty title="No file is open">Add one with the + beside the tabs.</Empty>
          )
        }
        second={<ResultsPane />}
      />
    </section>
  );
}

function reveal(view: EditorView, number: number): void {
  const line = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
  view.dispatch({
    selection: { anchor: line.from },
    effects: EditorView.scrollIntoView(line.from, { y: "center" }),
  });
  view.focus();
}

function cursorLine(view: EditorView): number {
  return view.state.doc.lineAt(view.state.selection.main.head).number;
}

/** The lines that the selection touches; a line whose very beginning it ends at is not one of them. */
function selectedLines({ state }: EditorView): { line: number; end: number } {
  const { from, to } = state.selection.main;
  const line = state.doc.lineAt(from).number;
  const last = state.doc.lineAt(to);
  return { line, end: Math.max(line, to === last.from && to > from ? last.number - 1 : last.number) };
}

function toNextCell(view: EditorView): true {
  const next = nextCell(view.state.doc, cursorLine(view));
  if (next !== null) {
    const { from } = view.state.doc.line(Math.min(next + 1, view.state.doc.lines));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: "nearest", yMargin: 60 }) });
  }
  return true;
}

function CodePane(props: {
  writable: boolean;
  file: string;
  text: NonNullable<ReturnType<ReturnType<typeof filesOf>["get"]>>;
  onView(view: EditorView | null): void;
  runFile(): void;
  runCell(): void;
  runSelection(): void;
}) {
  const room = useRoom();
  const runs = useRef(props);
  runs.current = props;
  const extensions = useMemo(
    () => [
      keymap.of([
        { key: "Mod-Shift-Enter", run: () => (runs.current.runFile(), true) },
        { key: "Mod-Enter", run: () => (runs.current.runCell(), true) },
        { key: "Alt-Enter", run: () => (runs.current.runSelection(), true) },
        { key: "Shift-Enter", run: (view) => (runs.current.runCell(), toNextCell(view)) },
      ]),
      reportScroll(room.awareness),
      mistakes(),
      inspection(
        async (code, cursor) => inspected(await room.send("inspect", { code, cursor }), "inspect").text,
      ),
      completion(async (code, cursor) =>
        parseCompletion(await room.send("complete", { code, cursor }), "complete"),
      ),
    ],
    [room],
  );
  return (
    <div className="fill" data-where={props.file}>
      <SharedEditor
        text={props.text}
        label={`Code of ${props.file}`}
        writable={props.writable}
        extensions={extensions}
        onView={props.onView}
        testId="editor"
      />
    </div>
  );
}

const MAC = navigator.platform.startsWith("Mac");
const MOD = MAC ? "⌘" : "Ctrl";

function Toolbar({
  act,
  runFile,
  runCell,
  runSelection,
  runs,
  ready,
}: {
  act: Act;
  runFile(): void;
  runCell(): void;
  runSelection(): void;
  runs: Runs;
  ready: boolean;
}) {
  const { kernel, sandbox, tests, bench, files_error, submission } = useView();
  const up = sandbox.state === "ready" && files_error === "" && submission === null;
  const runnable = ready && up && kernel.state !== "dead";
  // The sandbox runs one of the two at a time.
  const measuring = tests?.running === true || bench?.running === true;
  return (
    <div className="toolbar" role="toolbar" aria-label="Run">
      <button
        type="button"
        className="button primary"
        data-testid="run-file"
        disabled={!runnable}
        onClick={runFile}
        title={`${MOD}+Shift+Enter`}
      >
        Run file
      </button>
      <button
        type="button"
        className="button"
        data-testid="run-cell"
        disabled={!runnable}
        onClick={runCell}
        title="The # %% cell at the cursor"
      >
        Run cell <kbd>{MOD} ↵</kbd>
      </button>
      <button
        type="button"
        className="button"
        data-testid="run-selection"
        disabled={!runnable}
        onClick={runSelection}
        title="The selected lines, or the line at the cursor: Alt+Enter"
      >
        Run lines
      </button>
      <button
        type="button"
        className="button"
        disabled={kernel.state !== "busy" && !measuring}
        data-testid="interrupt"
        onClick={() => {
          runs.clear();
          void act("interrupt", {});
        }}
      >
        Interrupt
      </button>
      {runs.waiting > 0 ? (
        <span className="small muted" role="status">
          {runs.waiting} waiting
        </span>
      ) : null}
      <button
        type="button"
        className="button quiet"
        disabled={sandbox.state === "starting" || submission !== null}
        data-testid="restart"
        onClick={() => void act("restart", {})}
      >
        Restart
      </button>
      <span className="tool-gap" />
      <button
        type="button"
        className="button"
        data-testid="tests"
        disabled={!up || measuring}
        onClick={() => void act("tests", {})}
      >
        {tests?.running ? "Testing..." : "Tests"}
      </button>
      <button
        type="button"
        className="button"
        data-testid="bench"
        disabled={!up || measuring}
        onClick={() => void act("bench", {})}
      >
        {bench?.running ? "Measuring..." : "Bench"}
      </button>
      <span className="grow" />
      <KernelState />
      <SubmitButton act={act} />
    </div>
  );
}
