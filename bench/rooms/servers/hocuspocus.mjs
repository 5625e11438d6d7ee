// Hocuspocus with its SQLite extension and its defaults: stored 2 s after the last change, at most 10 s.
import { SQLite } from "@hocuspocus/extension-sqlite";
import { Server } from "@hocuspocus/server";

const server = new Server({
  address: "127.0.0.1",
  port: Number(process.env.PORT),
  quiet: true,
  extensions: [new SQLite({ database: process.env.DATA + "/hocuspocus.db" })],
});
server.listen();
