/** The candidate's terminal: theirs to type in, an interviewer's too while the room edits together, else a picture. */

import { useEffect, useRef, useState } from "react";

import { useSettings } from "../settings";
import { useStore } from "../store";
import type { Screen, Size } from "../terminal/screen";
import { Typing } from "../terminal/typing";
import { Banner, Empty } from "../ui/parts";
import { dark, contrast } from "../ui/theme";
import { problem, useAct, useRoom, useView, type Act } from "./context";

const FIRST_SIZE: Size = { rows: 24, columns: 80 };
const SETTLED_MS = 150;

export function TerminalPanel() {
  const room = useRoom();
  const { terminal, interview, sandbox, submission, co_edit, focus } = useView();
  const act = useAct();
  const owner = room.role === "candidate";
  const together = room.role === "interviewer" && co_edit && focus.until === null && submission === null;
  const ready = sandbox.state === "ready" && submission === null;
  const [wanted, setWanted] = useState(false);
  const open = () => {
    setWanted(true);
    void act("terminal_open", { rows: FIRST_SIZE.rows, columns: FIRST_SIZE.columns });
  };
  const opener = owner ? (
    <button type="button" className="button" data-testid="terminal-open" disabled={!ready} onClick={open}>
      Open a terminal
    </button>
  ) : null;

  if (!terminal && room.terminal.empty) {
    return (
      <div className="empty">
        <strong>No terminal is open</strong>
        <p className="small">
          {owner
            ? "A shell in your sandbox. It sees the files as they stand whenever you press Enter. What it prints is recorded and seen by your interviewer."
            : `${interview.candidate_name} has not opened one.`}
        </p>
        {opener}
      </div>
    );
  }
  return (
    <div className="terminal-panel">
      {terminal ? null : (
        <Banner tone="info" action={opener}>
          This terminal has ended.
        </Banner>
      )}
      <Typist />
      <TerminalScreen
        act={act}
        writable={(owner || together) && terminal !== null}
        owner={owner}
        size={terminal}
        focus={wanted}
      />
      {owner && terminal ? (
        <p className="terminal-hint small muted">
          <kbd>Shift</kbd> <kbd>Esc</kbd> leaves the terminal
          <span className="grow" />
          <button type="button" className="button quiet tiny" onClick={() => void act("terminal_close", {})}>
            Close
          </button>
        </p>
      ) : null}
    </div>
  );
}

/** Whose keys the terminal gets, where they are not the candidate's. */
function Typist() {
  const { terminal, people, you } = useView();
  if (!terminal || terminal.typist === "candidate") return null;
  const name = people.find((one) => one.author === terminal.typist)?.name ?? "Somebody of the panel";
  return (
    <div data-testid="terminal-typist">
      <Banner tone="info">{terminal.typist === you ? "You type" : `${name} types`} in this terminal.</Banner>
    </div>
  );
}

function TerminalScreen(props: {
  act: Act;
  writable: boolean;
  /** Whether its size follows this page. */
  owner: boolean;
  size: Size | null;
  focus: boolean;
}) {
  const room = useRoom();
  const { display } = useView();
  const { fontSize, screenReader: chosen } = useSettings();
  const screenReader = chosen || display.screen_reader;
  const look = `${String(useStore(dark))} ${useStore(contrast)}`;
  const box = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const latest = useRef({ ...props, fontSize, screenReader });
  latest.current = { ...props, fontSize, screenReader };
  const [failed, setFailed] = useState(false);
  const { rows, columns } = props.size ?? FIRST_SIZE;

  useEffect(() => {
    const parent = box.current;
    if (!parent) return undefined;
    let gone = false;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const typing = new Typing((text) => {
      room.send("terminal_type", { text }).catch((error: unknown) => problem.set(String(error)));
    });
    const fitted = (size: Size) => {
      clearTimeout(settling);
      settling = setTimeout(() => propose(size), SETTLED_MS);
    };
    const propose = (size: Size) => {
      const { writable, owner, size: known, fontSize: most } = latest.current;
      if (!owner || !writable) screen.current?.fitLetters((known ?? FIRST_SIZE).columns, most);
      else if (known && (known.rows !== size.rows || known.columns !== size.columns))
        void latest.current.act("terminal_resize", { rows: size.rows, columns: size.columns });
    };
    import("../terminal/screen").then(
      ({ Screen: Opened }) => {
        if (gone) return;
        const now = latest.current;
        screen.current = new Opened(parent, {
          feed: room.terminal,
          size: now.size ?? FIRST_SIZE,
          label: now.writable ? (now.owner ? "Terminal" : "The candidate's terminal, shared") : "The candidate's terminal, read-only",
          fontSize: now.fontSize,
          screenReader: now.screenReader,
          onType: now.writable ? (text) => typing.type(text) : null,
          onFit: fitted,
          onLeave: () => document.querySelector<HTMLElement>('[data-tab="terminal"]')?.focus(),
        });
        if (now.focus && now.writable) screen.current.focus();
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      clearTimeout(settling);
      typing.stop();
      screen.current?.close();
      screen.current = null;
    };
  }, [room, props.writable]);
  useEffect(() => screen.current?.resize({ rows, columns }), [rows, columns]);
  useEffect(() => screen.current?.repaint(fontSize, screenReader), [fontSize, screenReader, look]);

  if (failed) return <Empty title="The terminal could not be loaded">Reload the page.</Empty>;
  return <div className="terminal-screen" ref={box} data-testid="terminal" data-where="terminal" />;
}
