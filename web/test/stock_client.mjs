// y-websocket's own provider, as it comes from npm, in a room of ours. Driven by tests/sandbox/test_stock_client.py.
//
//   node stock_client.mjs ORIGIN INTERVIEW ROLE COOKIE
//
// Prints one JSON line when it has synchronised, and one for each change of the summary after it. Each line on
// stdin is appended to the summary; the end of stdin ends it.
import { createInterface } from "node:readline";

import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [origin, interview, role, cookie] = process.argv.slice(2);

/** A browser on our pages sends both by itself. */
class SeatedWebSocket extends WebSocket {
  constructor(url) {
    super(url, { origin, headers: { cookie } });
  }
}

const doc = new Y.Doc();
const summary = doc.getText("summary");
const provider = new WebsocketProvider(`${origin.replace("http", "ws")}/ws/${interview}`, role, doc, {
  params: { only: "document" },
  WebSocketPolyfill: SeatedWebSocket,
  disableBc: true,
});
provider.awareness.setLocalStateField("file", "specdec.py");
const tell = (what) => process.stdout.write(JSON.stringify(what) + "\n");
// What the provider cannot read it only prints.
console.error = (...words) => tell({ complaint: words.map(String).join(" ") });
provider.once("sync", () => {
  tell({ synced: true, files: [...doc.getMap("files").keys()], summary: summary.toString() });
  summary.observe(() => tell({ summary: summary.toString() }));
});
provider.awareness.on("change", () => {
  const names = [...provider.awareness.getStates().values()].map((state) => state.user?.name).filter(Boolean);
  tell({ present: names.sort() });
});
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => summary.insert(summary.length, line));
lines.on("close", () => {
  provider.destroy();
  process.exit(0);
});
