/** The candidate's terminal as it stood, read-only. */

import { useEffect, useMemo, useRef, useState } from "react";

import { useSettings } from "../settings";
import { useStore } from "../store";
import type { Screen } from "../terminal/screen";
import { Banner, Empty } from "../ui/parts";
import { contrast, dark } from "../ui/theme";
import type { Player } from "./player";
import { lastUntil } from "./sorted";
import { TerminalPlayback, TerminalTrack } from "./terminal";
import { usePlayer } from "./usePlayer";

export function TerminalThen({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const track = useMemo(() => new TerminalTrack(player.recording), [player]);
  const open = track.open(ms);
  const typist = player.recording.people[lastUntil(player.recording.typists, ms)?.[1] ?? -1];
  if (open === null) return <Empty title="No terminal had been opened yet" />;
  return (
    <div className="terminal-panel">
      {open ? null : <Banner tone="info">This terminal had ended.</Banner>}
      {typist && typist.role !== "candidate" ? (
        <div data-testid="replay-typist">
          <Banner tone="info">{typist.name} typed in this terminal.</Banner>
        </div>
      ) : null}
      <ScreenThen track={track} ms={ms} />
    </div>
  );
}

function ScreenThen({ track, ms }: { track: TerminalTrack; ms: number }) {
  const { fontSize, screenReader } = useSettings();
  const look = `${String(useStore(dark))} ${useStore(contrast)}`;
  const { rows, columns } = track.sizeAt(track.count(ms));
  const box = useRef<HTMLDivElement>(null);
  const screen = useRef<Screen | null>(null);
  const playback = useRef<TerminalPlayback | null>(null);
  const latest = useRef({ ms, rows, columns, fontSize, screenReader });
  latest.current = { ms, rows, columns, fontSize, screenReader };
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const parent = box.current;
    if (!parent) return undefined;
    let gone = false;
    const fit = () => screen.current?.fitLetters(latest.current.columns, latest.current.fontSize);
    import("../terminal/screen").then(
      ({ Screen: Opened }) => {
        if (gone) return;
        const now = latest.current;
        const opened = new Opened(parent, {
          feed: null,
          size: now,
          label: "The candidate's terminal as it was, read-only",
          fontSize: now.fontSize,
          screenReader: now.screenReader,
          onType: null,
          onFit: fit,
          onLeave: () => document.querySelector<HTMLElement>('[data-tab="terminal"]')?.focus(),
        });
        screen.current = opened;
        playback.current = new TerminalPlayback(track, opened);
        void playback.current.show(now.ms);
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      screen.current?.close();
      screen.current = playback.current = null;
    };
  }, [track]);
  useEffect(() => void playback.current?.show(ms), [ms]);
  useEffect(() => screen.current?.fitLetters(columns, fontSize), [columns, fontSize]);
  useEffect(() => screen.current?.repaint(fontSize, screenReader), [fontSize, screenReader, look]);

  if (failed) return <Empty title="The terminal could not be loaded">Reload the page.</Empty>;
  return <div className="terminal-screen" ref={box} data-testid="replay-terminal" data-size={`${columns}×${rows}`} />;
}
