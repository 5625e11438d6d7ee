/** The candidate's workbench, read-only and live. Follows their file and cursor unless told not to. */

import type { EditorView } from "@codemirror/view";
import { useEffect, useRef, useState } from "react";

import { candidateWhereabouts, scrollToCandidate, type Followed } from "../editor/follow";
import type { ProbeMaterials } from "../protocol";
import { useFileNames, useRoom, useView } from "../room/context";
import { filesOf } from "../room/document";
import { SharedEditor } from "../room/editors";
import { KernelBanner, KernelState } from "../room/Kernel";
import { ResultsPane } from "../room/ResultsPane";
import { Chip, Empty, Time } from "../ui/parts";
import { Prose } from "../ui/Prose";
import { Split } from "../ui/Split";
import { Tabs } from "../ui/Tabs";

const BRIEF = "brief";

export function Mirror({ probe }: { probe: ProbeMaterials }) {
  const { doc, awareness } = useRoom();
  const { submission, interview, co_edit, focus, role } = useView();
  const writable = co_edit && focus.until === null && role === "interviewer" && submission === null;
  const names = useFileNames(probe.entry);
  const [follow, setFollow] = useState(true);
  const [chosen, setChosen] = useState<string>(probe.entry);
  const theirs = useCandidateFile();
  const wanted = follow && theirs !== null ? theirs : chosen;
  const file = wanted === BRIEF || names.includes(wanted) ? wanted : (names[0] ?? BRIEF);
  const text = filesOf(doc).get(file);
  const editor = useRef<EditorView | null>(null);

  useEffect(() => awareness.setLocalStateField("file", writable ? file : null), [awareness, writable, file]);

  useEffect(() => {
    if (!follow || !text) return undefined;
    const followed: Followed = { top: null };
    const scroll = () => {
      if (editor.current) scrollToCandidate(editor.current, text, awareness, followed);
    };
    scroll();
    awareness.on("change", scroll);
    return () => awareness.off("change", scroll);
  }, [follow, text, awareness]);

  const pick = (id: string) => {
    setFollow(false);
    setChosen(id);
  };
  const tabs = [
    { id: BRIEF, label: "Brief" },
    ...names.map((name) => ({ id: name, label: <span className="mono">{name}</span> })),
  ];
  return (
    <main className="column" aria-label={`${interview.candidate_name}'s room`}>
      <Tabs
        label="The candidate's files"
        items={tabs}
        selected={file}
        onSelect={pick}
        after={
          <div className="row grow file-actions">
            <span className="grow" />
            <label className="row small">
              <input
                type="checkbox"
                checked={follow}
                onChange={(event) => setFollow(event.target.checked)}
                data-testid="follow"
              />
              Follow {interview.candidate_name}
            </label>
            <KernelState />
            {submission ? (
              <Chip tone="good">
                Submitted <Time at={submission.at} />
              </Chip>
            ) : null}
          </div>
        }
      />
      <KernelBanner act={null} />
      <Split
        name="output"
        direction="column"
        initial={62}
        first={
          text ? (
            <div className="fill">
              <SharedEditor
                key={file}
                text={text}
                label={`${file} of ${interview.candidate_name}${writable ? "" : ", read-only"}`}
                writable={writable}
                onView={(view) => (editor.current = view)}
                testId="editor"
              />
            </div>
          ) : file === BRIEF ? (
            <div className="scroll pad fill" tabIndex={0} role="group" aria-label="Brief">
              <Prose source={probe.brief} />
            </div>
          ) : (
            <Empty title="There is no file yet" />
          )
        }
        second={<ResultsPane />}
      />
    </main>
  );
}

function useCandidateFile(): string | null {
  const { awareness } = useRoom();
  const [file, setFile] = useState(() => candidateWhereabouts(awareness).file);
  useEffect(() => {
    const update = () => setFile((known) => candidateWhereabouts(awareness).file ?? known);
    update();
    awareness.on("change", update);
    return () => awareness.off("change", update);
  }, [awareness]);
  return file;
}
