/**
 * One WebSocket for one seat: the shared document and awareness (binary), views, outputs and commands (JSON).
 *
 * Reconnects for ever with growing pauses. What is typed meanwhile stays in the Y.Doc and is sent when the
 * server asks what it lacks. Rendering is left to the pages.
 */

import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as awarenessProtocol from "y-protocols/awareness";
import * as syncProtocol from "y-protocols/sync";
import * as Y from "yjs";

import { placed } from "./editor/place";
import {
  parseFrame,
  type ChatMessage,
  type CommandName,
  type Commands,
  type Role,
  type View,
} from "./protocol";
import { forgetOthers } from "./presence";
import { Mismatch } from "./schema";
import { Ledger } from "./saved";
import { createStore, type Store } from "./store";
import { Transcripts } from "./room/transcripts";
import { TerminalFeed } from "./terminal/feed";

const SYNC = 0;
const AWARENESS = 1;
const SAVED = 9;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_500;
/** A question goes out this often, so a dead connection is noticed without anyone typing. */
const HEARTBEAT_MS = 8_000;
/** Silence after which the connection is taken for dead. */
const SILENCE_MS = 20_000;
const AWARENESS_EVERY_MS = 100;
/** Close codes that tell the server whether a person left or a connection was given up. */
const LEFT = 1000;
const SILENT = 4008;

export type ConnectionState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  | { readonly kind: "lost"; readonly since: number }
  | { readonly kind: "ended"; readonly code: number; readonly message: string };

/** Close codes that reconnecting cannot help. */
const FINAL: Readonly<Record<number, string>> = {
  4401: "This browser has no seat in this room. Open your invitation link again.",
  4404: "There is no such interview. Check the address, or open your invitation link again.",
  4410: "This interview has ended.",
};

/** The server refused a command; the message is for people. */
export class Refused extends Error {}

interface Waiting {
  resolve(result: Record<string, unknown>): void;
  reject(error: Error): void;
}

export class RoomConnection {
  readonly doc = new Y.Doc();
  readonly awareness = new awarenessProtocol.Awareness(this.doc);
  readonly transcripts = new Transcripts();
  readonly terminal = new TerminalFeed();
  readonly state: Store<ConnectionState> = createStore<ConnectionState>({ kind: "connecting" });
  readonly view: Store<ReceivedView | null> = createStore<ReceivedView | null>(null);
  /** Whether everything typed here is on the server's disk. */
  readonly saved: Store<boolean> = createStore(true);
  readonly chat: Store<readonly ChatMessage[]> = createStore<readonly ChatMessage[]>([]);
  /** Whether the server's document has arrived once. */
  readonly synced: Store<boolean> = createStore(false);

  private socket: WebSocket | null = null;
  private ledger = new Ledger();
  private pause = FIRST_PAUSE_MS;
  private retry: ReturnType<typeof setTimeout> | null = null;
  private heartbeat: ReturnType<typeof setInterval> | null = null;
  private heardAt = 0;
  private awarenessDue: ReturnType<typeof setTimeout> | null = null;
  private awarenessSentAt = 0;
  private nextId = 1;
  private readonly waiting = new Map<number, Waiting>();
  private closed = false;

  constructor(
    readonly interview: string,
    readonly role: Role,
  ) {
    this.doc.on("update", this.onDocUpdate);
    this.awareness.on("update", this.onAwarenessUpdate);
    window.addEventListener("online", this.reconnectNow);
    window.addEventListener("offline", this.drop);
    this.open();
  }

  /** Send a command; rejects with Refused, also when the connection is down. */
  send<N extends CommandName>(name: N, args: Commands[N]): Promise<Record<string, unknown>> {
    const socket = this.socket;
    if (socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Refused("Not connected. Wait until the connection is back, then try again."));
    }
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ type: "command", id, name, args }));
    });
  }

  close(): void {
    this.closed = true;
    window.removeEventListener("online", this.reconnectNow);
    window.removeEventListener("offline", this.drop);
    if (this.retry) clearTimeout(this.retry);
    if (this.awarenessDue) clearTimeout(this.awarenessDue);
    this.awareness.destroy();
    this.abandon(LEFT);
    this.doc.destroy();
  }

  // -- life of the socket

  private open(): void {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(
      `${scheme}://${location.host}/ws/${encodeURIComponent(this.interview)}/${this.role}`,
    );
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.ledger = new Ledger();
    socket.onopen = () => this.onOpen(socket);
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.socket === socket) this.onMessage(event.data);
    };
    socket.onclose = (event) => {
      if (this.socket === socket) this.onClose(event.code);
    };
  }

  private onOpen(socket: WebSocket): void {
    if (this.socket !== socket) return;
    this.heardAt = Date.now();
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS);
    this.sendAwareness();
  }

  private onClose(code: number): void {
    this.socket = null;
    if (this.heartbeat) clearInterval(this.heartbeat);
    this.heartbeat = null;
    this.failWaiting();
    forgetOthers(this.awareness, this);
    if (this.closed) return;
    const final = FINAL[code];
    if (final !== undefined) {
      this.state.set({ kind: "ended", code, message: final });
      return;
    }
    const state = this.state.get();
    if (state.kind === "live") this.state.set({ kind: "lost", since: Date.now() });
    this.retry = setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(LONGEST_PAUSE_MS, this.pause * 2);
  }

  /** Leave a socket behind at once; a dead one may take minutes to admit it. */
  private readonly drop = (): void => this.abandon(SILENT);

  private abandon(code: number): void {
    const socket = this.socket;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close(code);
    this.onClose(1006);
  }

  /** Whether what is typed here may be sent: the candidate's always, an interviewer's when it is allowed. */
  private get writes(): boolean {
    if (this.role !== "interviewer") return this.role === "candidate";
    const view = this.view.get();
    return view !== null && view.co_edit && view.focus.until === null;
  }

  private readonly reconnectNow = (): void => {
    if (this.socket !== null || this.state.get().kind === "ended") return;
    if (this.retry) clearTimeout(this.retry);
    this.pause = FIRST_PAUSE_MS;
    this.open();
  };

  private beat(): void {
    if (Date.now() - this.heardAt > SILENCE_MS) this.drop();
    else this.ask();
  }

  private failWaiting(): void {
    const error = new Refused("The connection was lost before the server answered. Try again.");
    for (const waiting of this.waiting.values()) waiting.reject(error);
    this.waiting.clear();
  }

  // -- receiving

  private onMessage(data: string | ArrayBuffer): void {
    this.heardAt = Date.now();
    if (typeof data === "string") this.onText(data);
    else this.onBinary(new Uint8Array(data));
  }

  private onText(text: string): void {
    let frame;
    try {
      frame = parseFrame(text);
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      console.error("A frame does not fit the protocol:", error.message);
      return;
    }
    switch (frame.type) {
      case "view":
        this.onView(frame.view);
        return;
      case "outputs":
        this.transcripts.receive(frame.run, frame.from, frame.outputs);
        return;
      case "chat":
        this.chat.set([...this.chat.get().slice(0, frame.from), ...frame.messages]);
        return;
      case "terminal":
        this.terminal.receive(frame.text, frame.reset);
        return;
      case "done":
        this.settle(frame.id, (waiting) => waiting.resolve(frame.result ?? {}));
        return;
      case "refused":
        this.settle(frame.id, (waiting) => waiting.reject(new Refused(frame.message)));
        return;
      default:
        frame satisfies never;
    }
  }

  private onView(view: View): void {
    const wrote = this.writes;
    this.view.set({ ...view, receivedAt: performance.now() });
    // What was typed and not taken any more would stay in this page's copy alone.
    if (wrote && !this.writes && this.role === "interviewer" && !this.saved.get()) location.reload();
  }

  private settle(id: number, how: (waiting: Waiting) => void): void {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting) how(waiting);
  }

  private onBinary(data: Uint8Array): void {
    const decoder = decoding.createDecoder(data);
    switch (decoding.readVarUint(decoder)) {
      case SYNC:
        this.onSync(decoder);
        return;
      case AWARENESS:
        awarenessProtocol.applyAwarenessUpdate(this.awareness, decoding.readVarUint8Array(decoder), this);
        return;
      case SAVED:
        this.ledger.saved(decoding.readVarUint(decoder));
        this.showSaved();
        return;
    }
  }

  private onSync(decoder: decoding.Decoder): void {
    const reply = encoding.createEncoder();
    encoding.writeVarUint(reply, SYNC);
    const kind = syncProtocol.readSyncMessage(decoder, reply, this.doc, this);
    if (kind === syncProtocol.messageYjsSyncStep1) {
      // The server answers a step 1 only when all that came before it is on disk, so asking
      // right after handing over what it lacked tells when that is saved.
      if (this.writes) this.sendBinary(reply);
      this.ask();
    } else if (kind === syncProtocol.messageYjsSyncStep2) {
      this.ledger.answered();
      if (this.state.get().kind !== "live") {
        this.pause = FIRST_PAUSE_MS;
        this.state.set({ kind: "live" });
      }
      this.synced.set(true);
      this.showSaved();
    }
  }

  // -- sending

  private ask(): void {
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, SYNC);
    syncProtocol.writeSyncStep1(encoder, this.doc);
    this.ledger.asked();
    this.sendBinary(encoder);
  }

  private readonly onDocUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === this || !this.writes) return;
    if (this.socket?.readyState === WebSocket.OPEN) {
      const encoder = encoding.createEncoder();
      encoding.writeVarUint(encoder, SYNC);
      syncProtocol.writeUpdate(encoder, update);
      this.ledger.sent();
      this.sendBinary(encoder);
    }
    this.saved.set(false);
  };

  private showSaved(): void {
    this.saved.set(this.ledger.settled);
  }

  private readonly onAwarenessUpdate = (_changes: unknown, origin: unknown): void => {
    if (origin === this || this.awarenessDue) return;
    const wait = Math.max(0, this.awarenessSentAt + AWARENESS_EVERY_MS - Date.now());
    this.awarenessDue = setTimeout(() => this.sendAwareness(), wait);
  };

  private sendAwareness(): void {
    if (this.awarenessDue) clearTimeout(this.awarenessDue);
    this.awarenessDue = null;
    this.awarenessSentAt = Date.now();
    const encoder = encoding.createEncoder();
    encoding.writeVarUint(encoder, AWARENESS);
    encoding.writeVarUint8Array(
      encoder,
      awarenessProtocol.encodeAwarenessUpdate(
        this.awareness,
        [this.doc.clientID],
        placed(this.awareness) as Map<number, { [key: string]: unknown }>,
      ),
    );
    this.sendBinary(encoder);
  }

  private sendBinary(encoder: encoding.Encoder): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(encoding.toUint8Array(encoder));
  }
}

/** A view, and when it came by this page's own monotonic clock. */
export type ReceivedView = View & { readonly receivedAt: number };
