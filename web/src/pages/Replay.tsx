/** `/replay/<id>`: everything that was seen in an interview, at any moment of it. For the panel alone. */

import { useEffect, useMemo, useState } from "react";

import { ApiError, fetchRecording } from "../api";
import type { Recording } from "../recording";
import { momentIn } from "../replay/address";
import { Controls } from "../replay/Controls";
import { Player } from "../replay/player";
import { Side } from "../replay/Side";
import { Stage } from "../replay/Stage";
import { Timeline } from "../replay/Timeline";
import { useAddress, useKeys, useTicks } from "../replay/usePlayer";
import { Banner, Brand, LoadFailed, Loading, Notice, ThemeToggle, Time } from "../ui/parts";
import { Split } from "../ui/Split";
import { useTitle } from "../ui/title";

export default function ReplayPage({ interview }: { interview: string }) {
  const [version, setVersion] = useState(0);
  const loaded = useRecording(interview, version);
  if (loaded === null) return <Loading what="Reading the recording" />;
  if (loaded instanceof ApiError) return <LoadFailed error={loaded} />;
  if (loaded.length_ms === 0)
    return (
      <Notice title="There is nothing to replay yet">
        <p>The recording begins when somebody first opens the room.</p>
      </Notice>
    );
  return <Replay recording={loaded} onReload={() => setVersion((one) => one + 1)} />;
}

function Replay({ recording, onReload }: { recording: Recording; onReload(): void }) {
  const player = useMemo(
    () => new Player(recording, momentIn(location.hash, recording.starts_at) ?? 0),
    [recording],
  );
  useTicks(player);
  useAddress(player);
  useKeys(player);
  const { interview } = recording;
  useTitle("Replay", interview.candidate_name);
  const id = encodeURIComponent(interview.id);
  return (
    <div className="room replay" data-testid="replay">
      <header className="topbar room-bar">
        <Brand href="/" />
        <h1 className="replay-title">
          {interview.candidate_name} <span className="muted">with {interview.interviewer_name}</span>
        </h1>
        <Time at={recording.starts_at} long />
        <span className="grow" />
        <a className="button tiny" href={`/report/${id}`}>
          Report
        </a>
        <a className="button tiny" href={`/room/${id}/interviewer`}>
          Room
        </a>
        <ThemeToggle />
      </header>
      {recording.live ? (
        <Banner
          tone="info"
          action={
            <button type="button" className="button tiny" onClick={onReload}>
              Load what happened since
            </button>
          }
        >
          The interview goes on. This is what was recorded until the page was loaded.
        </Banner>
      ) : null}
      <Split
        name="replay"
        direction="row"
        initial={70}
        least={25}
        first={<Stage player={player} />}
        second={<Side player={player} />}
      />
      <section className="player" aria-label="Player">
        <Timeline player={player} />
        <Controls player={player} />
      </section>
    </div>
  );
}

function useRecording(interview: string, version: number): Recording | ApiError | null {
  const [loaded, setLoaded] = useState<Recording | ApiError | null>(null);
  useEffect(() => {
    let current = true;
    fetchRecording(interview).then(
      (recording) => current && setLoaded(recording),
      (error: unknown) => current && error instanceof ApiError && setLoaded((known) => known ?? error),
    );
    return () => {
      current = false;
    };
  }, [interview, version]);
  return loaded;
}
