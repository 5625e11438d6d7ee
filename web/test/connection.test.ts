import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import * as sync from "y-protocols/sync";
import * as Y from "yjs";

import { Refused, RoomConnection } from "../src/connection";

/** A server of docs/protocol.md for one document, without disk and without a wire. */
class Server {
  readonly doc = new Y.Doc();
  readonly sockets: Socket[] = [];
  reachable = true;
  /** Whether updates are on disk as soon as they arrive. */
  writing = true;
  awareness = 0;

  receive(socket: Socket, data: string | Uint8Array): void {
    if (typeof data === "string") {
      const { id, name } = JSON.parse(data) as { id: number; name: string };
      socket.tell(
        JSON.stringify(
          name === "consent" ? { type: "done", id } : { type: "refused", id, message: "Not now." },
        ),
      );
      return;
    }
    const decoder = decoding.createDecoder(data);
    if (decoding.readVarUint(decoder) === 1) {
      this.awareness += 1;
      return;
    }
    const reply = encoding.createEncoder();
    encoding.writeVarUint(reply, 0);
    const kind = sync.readSyncMessage(decoder, reply, this.doc, socket);
    if (kind === sync.messageYjsSyncStep1) socket.tell(encoding.toUint8Array(reply));
    if (kind === sync.messageYjsUpdate) {
      socket.updates += 1;
      if (this.writing) socket.acknowledge();
    }
  }
}

let server: Server;

class Socket {
  static readonly OPEN = 1;
  readyState = 0;
  updates = 0;
  binaryType = "";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string | ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor() {
    server.sockets.push(this);
    queueMicrotask(() => (server.reachable ? this.opened() : this.end(1006)));
  }

  private opened(): void {
    this.readyState = 1;
    this.onopen?.();
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 0);
    sync.writeSyncStep1(encoder, server.doc);
    this.tell(encoding.toUint8Array(encoder));
  }

  send(data: string | Uint8Array): void {
    if (server.reachable) server.receive(this, data);
  }
  tell(data: string | Uint8Array): void {
    const bytes = typeof data === "string" ? data : new Uint8Array(data).buffer;
    if (server.reachable) this.onmessage?.({ data: bytes });
  }
  acknowledge(): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, 9);
    encoding.writeVarUint(encoder, this.updates);
    this.tell(encoding.toUint8Array(encoder));
  }
  end(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
  close(): void {
    this.end(1000);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  vi.stubGlobal("WebSocket", Socket);
  vi.stubGlobal("location", { protocol: "http:", host: "room.test" });
  vi.stubGlobal("window", new EventTarget());
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function open(): Promise<RoomConnection> {
  const room = new RoomConnection("i1", "candidate");
  await vi.advanceTimersByTimeAsync(0);
  return room;
}

const type = (room: RoomConnection, text: string) => room.doc.getText("summary").insert(0, text);
const stored = () => server.doc.getText("summary").toString();

describe("a connection", () => {
  it("is live once the server's document is here", async () => {
    server.doc.getText("summary").insert(0, "from before");
    const room = await open();
    expect(room.state.get().kind).toBe("live");
    expect(room.doc.getText("summary").toString()).toBe("from before");
    room.close();
  });

  it("says saved only when the server says on disk", async () => {
    const room = await open();
    server.writing = false;
    type(room, "a");
    type(room, "b");
    expect(room.saved.get()).toBe(false);
    server.sockets[0]?.acknowledge();
    expect(room.saved.get()).toBe(true);
    room.close();
  });

  it("keeps what is typed while it is lost, and sends it when it is back", async () => {
    const room = await open();
    server.reachable = false;
    server.sockets[0]?.end(1006);
    type(room, "offline");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(room.state.get().kind).toBe("lost");
    expect(room.saved.get()).toBe(false);
    server.reachable = true;
    await vi.advanceTimersByTimeAsync(2_500);
    expect(room.state.get().kind).toBe("live");
    expect(stored()).toBe("offline");
    expect(room.saved.get()).toBe(true);
    room.close();
  });

  it("waits longer with each failure, at most 2.5 s", async () => {
    const room = await open();
    server.reachable = false;
    server.sockets[0]?.end(1006);
    await vi.advanceTimersByTimeAsync(3_100);
    // 100 + 200 + 400 + 800 + 1600 ms
    expect(server.sockets.length).toBe(1 + 5);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.sockets.length).toBe(1 + 5 + 2);
    room.close();
  });

  it("notices a connection that died without a word", async () => {
    const room = await open();
    server.reachable = false;
    await vi.advanceTimersByTimeAsync(30_000);
    expect(room.state.get().kind).toBe("lost");
    room.close();
  });

  it("does not come back where it has no seat", async () => {
    const room = await open();
    server.sockets[0]?.end(4401);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(room.state.get()).toMatchObject({ kind: "ended", code: 4401 });
    expect(server.sockets.length).toBe(1);
    room.close();
  });

  it("tells of cursors at most ten times a second", async () => {
    const room = await open();
    const before = server.awareness;
    const start = Y.createRelativePositionFromTypeIndex(room.doc.getText("summary"), 0);
    const anchor: unknown = Y.relativePositionToJSON(start);
    for (let move = 0; move < 100; move++) {
      room.awareness.setLocalStateField("cursor", { anchor, head: anchor, move });
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(100);
    const sent = server.awareness - before;
    expect(sent).toBeGreaterThan(5);
    expect(sent).toBeLessThanOrEqual(11);
    room.close();
  });
});

describe("a command", () => {
  it("is done, or refused with the server's words", async () => {
    const room = await open();
    await expect(room.send("consent", {})).resolves.toEqual({});
    await expect(room.send("submit", {})).rejects.toThrow("Not now.");
    room.close();
  });

  it("is refused at once while the connection is down", async () => {
    const room = await open();
    server.reachable = false;
    server.sockets[0]?.end(1006);
    await expect(room.send("consent", {})).rejects.toThrow(Refused);
    room.close();
  });
});
