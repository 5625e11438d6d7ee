/** The open room for the components of a page: connection, view, documents, commands. */

import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useState,
  useSyncExternalStore,
  type ReactNode,
} from "react";

import { ApiError, fetchMaterials } from "../api";
import { RoomConnection, type ReceivedView } from "../connection";
import type { CommandName, Commands, Materials, Role, Stage } from "../protocol";
import { createStore, useStore } from "../store";
import { LoadFailed, Loading, Notice } from "../ui/parts";
import { Announcer } from "./Announcer";
import { comments, fileNames, filesOf, observeComments, type Comment } from "./document";
import type { Transcript } from "./transcripts";

const RoomContext = createContext<RoomConnection | null>(null);

export function useRoom(): RoomConnection {
  const room = useContext(RoomContext);
  if (!room) throw new Error("useRoom outside of a room");
  return room;
}

export function useView(): ReceivedView {
  const view = useStore(useRoom().view);
  if (!view) throw new Error("useView before the first view");
  return view;
}

/** What went wrong last, for the page to say; emptied by the next success. */
export const problem = createStore("");

export type Act = <N extends CommandName>(name: N, args: Commands[N]) => Promise<boolean>;

/** Send a command; a refusal is shown by the page. Resolves to whether it was done. */
export function useAct(): Act {
  const room = useRoom();
  return useCallback(
    async (name, args) => {
      try {
        await room.send(name, args);
        problem.set("");
        return true;
      } catch (error) {
        problem.set(error instanceof Error ? error.message : String(error));
        return false;
      }
    },
    [room],
  );
}

/** Re-renders once a second while `running`; gives performance.now(). */
export function useNow(running: boolean): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    setNow(performance.now());
    if (!running) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [running]);
  return now;
}

/** A value computed from the shared document, fresh on every change that `observe` reports. */
function useDocument<T>(compute: () => T, observe: (listener: () => void) => () => void): T {
  const [value, setValue] = useState(compute);
  useEffect(() => {
    const update = () => setValue(compute());
    update();
    return observe(update);
    // compute and observe only close over the room, which never changes under a component
  }, []);
  return value;
}

export function useFileNames(entry: string | null): string[] {
  const { doc } = useRoom();
  return useDocument(
    () => fileNames(doc, entry),
    (listener) => {
      filesOf(doc).observe(listener);
      return () => filesOf(doc).unobserve(listener);
    },
  );
}

export function useComments(): Comment[] {
  const { doc } = useRoom();
  return useDocument(
    () => comments(doc),
    (listener) => observeComments(doc, listener),
  );
}

export function useTranscript(run: number): Transcript {
  const { transcripts } = useRoom();
  return useSyncExternalStore(transcripts.subscribe, () => transcripts.of(run));
}

function useConnection(interview: string, role: Role): RoomConnection | null {
  const [room, setRoom] = useState<RoomConnection | null>(null);
  useEffect(() => {
    const opened = new RoomConnection(interview, role);
    setRoom(opened);
    return () => opened.close();
  }, [interview, role]);
  return room;
}

/** Materials appear as stages begin, so they are asked for anew with each stage. */
function useMaterials(interview: string, role: Role, stage: Stage | undefined): Materials | ApiError | null {
  const [materials, setMaterials] = useState<Materials | ApiError | null>(null);
  useEffect(() => {
    if (stage === undefined) return undefined;
    let current = true;
    fetchMaterials(interview, role).then(
      (found) => current && setMaterials(found),
      (error: unknown) => {
        if (current && error instanceof ApiError) setMaterials(error);
      },
    );
    return () => {
      current = false;
    };
  }, [interview, role, stage]);
  return materials;
}

/** Opens the room of a seat and shows `children` once there is something to show. */
export function Room(props: {
  interview: string;
  role: Role;
  children: (materials: Materials) => ReactNode;
}) {
  const room = useConnection(props.interview, props.role);
  return room ? <Opened {...props} room={room} /> : <Loading what="Opening the room" />;
}

function Opened(props: {
  interview: string;
  role: Role;
  room: RoomConnection;
  children: (m: Materials) => ReactNode;
}) {
  const view = useStore(props.room.view);
  const state = useStore(props.room.state);
  const synced = useStore(props.room.synced);
  const materials = useMaterials(props.interview, props.role, view?.stage);
  if (state.kind === "ended" && (!view || view.stage !== "finished"))
    return <Ended message={state.message} mine={state.code === 4410 && props.role === "candidate" ? props.interview : null} />;
  if (materials instanceof ApiError) return <LoadFailed error={materials} />;
  if (!view || !materials || !synced)
    return (
      <Loading what="Opening the room. If this takes long, the server may be down; the page keeps trying." />
    );
  return (
    <RoomContext value={props.room}>
      <Announcer />
      {props.children(materials)}
    </RoomContext>
  );
}

function Ended({ message, mine }: { message: string; mine: string | null }) {
  return (
    <Notice title="This room cannot be opened">
      <p>{message}</p>
      {mine === null ? null : (
        <p>
          <a className="button" href={`/mine/${encodeURIComponent(mine)}`}>
            To your own page
          </a>
        </p>
      )}
    </Notice>
  );
}
