/** Beside the player: the plain list of what happened, the private notes as they stood, the briefs. */

import { memo, useEffect, useMemo, useRef, useState } from "react";

import { AXIS_NAMES, type Axis } from "../protocol";
import type { Moment } from "../recording";
import { STAGE_NAMES } from "../stages";
import { Empty } from "../ui/parts";
import { Prose } from "../ui/Prose";
import { Tabs } from "../ui/Tabs";
import { clockTime } from "./address";
import { KINDS, LANES, LANE_NAMES, type Lane } from "./markers";
import { marksAt, notesAt, stageAt, ticksAt } from "./moment";
import type { Player } from "./player";
import { countUntil, msOf, until } from "./sorted";
import { usePlayer } from "./usePlayer";

export function Side({ player }: { player: Player }) {
  const [tab, setTab] = useState("events");
  return (
    <aside className="column private" aria-label="Events, notes and brief">
      <Tabs
        label="Beside the player"
        selected={tab}
        onSelect={setTab}
        panelId="beside"
        items={[
          { id: "events", label: "Events" },
          { id: "notes", label: "Notes" },
          ...(player.recording.said.length > 0 ? [{ id: "chat", label: "Chat" }] : []),
          { id: "brief", label: "Brief" },
        ]}
      />
      <div className="fill" id="beside" role="tabpanel" aria-label={tab}>
        {tab === "events" ? <Events player={player} /> : null}
        {tab === "notes" ? <Notes player={player} /> : null}
        {tab === "chat" ? <Chat player={player} /> : null}
        {tab === "brief" ? <Brief player={player} /> : null}
      </div>
    </aside>
  );
}

type Filter = "all" | "marked" | Lane;
const FILTERS: readonly (readonly [Filter, string])[] = [
  ["all", "Everything"],
  ["marked", "All marks"],
  ...LANES.map((lane) => [lane, LANE_NAMES[lane]] as const),
];

function passes(moment: Moment, filter: Filter, words: string): boolean {
  const lane = moment.marker && KINDS[moment.marker].lane;
  if (filter === "marked" ? !lane : filter !== "all" && lane !== filter) return false;
  return words === "" || `${moment.text} ${moment.kind}`.toLowerCase().includes(words.toLowerCase());
}

function Events({ player }: { player: Player }) {
  const { moments } = player.recording;
  const { ms } = usePlayer(player);
  const [filter, setFilter] = useState<Filter>("all");
  const [words, setWords] = useState("");
  const shown = useMemo(
    () => moments.filter((moment) => passes(moment, filter, words.trim())),
    [moments, filter, words],
  );
  const current = countUntil(shown, ms, msOf) - 1;
  return (
    <div className="column">
      <div className="row wrap event-filter">
        <select
          aria-label="Kind of event"
          data-testid="event-kind"
          value={filter}
          onChange={(event) => setFilter(event.target.value as Filter)}
        >
          {FILTERS.map(([id, say]) => (
            <option key={id} value={id}>
              {say}
            </option>
          ))}
        </select>
        <input
          type="text"
          className="grow"
          aria-label="Words in events"
          placeholder="Filter by words"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <span className="small muted" role="status">
          {shown.length} of {moments.length}
        </span>
      </div>
      {shown.length === 0 ? (
        <Empty title="No such event">Choose another kind, or fewer words.</Empty>
      ) : (
        <EventList player={player} moments={shown} current={current} />
      )}
    </div>
  );
}

function EventList(props: { player: Player; moments: readonly Moment[]; current: number }) {
  const { player, moments, current } = props;
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const box = list.current;
    const row = box?.children[current];
    if (!box || !(row instanceof HTMLElement)) return;
    const top = row.offsetTop - box.offsetTop;
    if (top < box.scrollTop || top + row.offsetHeight > box.scrollTop + box.clientHeight) {
      box.scrollTop = top - box.clientHeight / 3;
    }
  }, [current]);
  return (
    <ol className={`events scroll fill ${current < 0 ? "all-to-come" : ""}`} ref={list} data-testid="events">
      {moments.map((moment, at) => (
        <EventRow key={moment.seq} player={player} moment={moment} current={at === current} />
      ))}
    </ol>
  );
}

/** What is past and what is to come is told by its place beside the current row, so that a seek touches two rows. */
const EventRow = memo(function EventRow(props: { player: Player; moment: Moment; current: boolean }) {
  const { player, moment, current } = props;
  const kind = moment.marker ? KINDS[moment.marker] : null;
  return (
    <li className={current ? "current" : ""}>
      <button
        type="button"
        aria-current={current ? "time" : undefined}
        data-testid="event"
        onClick={() => {
          player.pause();
          player.seek(moment.ms);
        }}
      >
        <span className="mono small">{clockTime(moment.ms)}</span>
        <span className={`glyph ${kind?.tone ?? "plain"}`} aria-hidden="true">
          {kind?.glyph ?? "·"}
        </span>
        <span className="grow">
          {kind ? <span className="hidden-visually">{kind.say}: </span> : null}
          {moment.text}
        </span>
      </button>
    </li>
  );
});

function Notes({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const { recording } = player;
  const notes = notesAt(recording, ms);
  const ticks = ticksAt(recording, ms);
  const marks = marksAt(recording, ms);
  const jump = (to: number) => {
    player.pause();
    player.seek(to);
  };
  return (
    <div className="scroll fill pad stack" data-testid="replay-notes">
      <p className="small muted">As they stood at this moment. The candidate never sees them.</p>
      {notes.length + ticks.length + marks.length === 0 ? (
        <Empty title="Nothing was written until now" />
      ) : null}
      {marks.map((mark) => (
        <div key={mark.axis} className="card pad-tight">
          <button type="button" className="button tiny" onClick={() => jump(mark.ms)}>
            {clockTime(mark.ms)}
          </button>{" "}
          <strong>
            ★ {AXIS_NAMES[mark.axis as Axis] ?? mark.axis}: {mark.score} of 5
          </strong>
          <p className="small">{mark.reason}</p>
        </div>
      ))}
      {notes.map((note) => (
        <div key={note.id} className="note-then">
          <button type="button" className="button tiny" onClick={() => jump(note.ms)}>
            {clockTime(note.ms)}
          </button>{" "}
          <span className="small muted">{STAGE_NAMES[note.stage]}</span>
          <p className="note-text">{note.text}</p>
        </div>
      ))}
      {ticks.length > 0 ? (
        <p className="small">
          <strong>Ticked:</strong> {ticks.join(", ")}
        </p>
      ) : null}
    </div>
  );
}

function Chat({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const { people, said } = player.recording;
  const messages = until(said, ms);
  if (messages.length === 0) return <Empty title="Nothing had been written yet" />;
  return (
    <ol className="scroll fill pad stack chat-then">
      {messages.map(([when, person, text], at) => (
        <li key={at}>
          <span className="mono small muted">{clockTime(when)}</span> <strong>{people[person]?.name}</strong>
          <p className="note-text">{text}</p>
        </li>
      ))}
    </ol>
  );
}

function Brief({ player }: { player: Player }) {
  const { ms } = usePlayer(player);
  const { filter, probe } = player.recording;
  const stage = stageAt(player.recording, ms);
  if (stage === "lobby") {
    return <Empty title="The lobby has no brief">The review's brief appears when it begins.</Empty>;
  }
  return (
    <div className="scroll fill pad">
      <Prose source={stage === "filter" ? filter.brief : probe.brief} />
    </div>
  );
}
