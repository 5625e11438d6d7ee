import { describe, expect, it } from "vitest";

import type { Output } from "../src/protocol";
import { append, carriageReturns, MAX_CHARACTERS, MAX_PIECES, Transcripts } from "../src/room/transcripts";

const out = (text: string, kind: Output["kind"] = "stdout"): Output => ({ kind, text, image: "", html: "", id: "" });
const EMPTY = { pieces: [], dropped: 0 };

describe("a run's outputs", () => {
  it("join neighbouring chunks of one stream only", () => {
    const { pieces } = append(EMPTY, [out("a"), out("b"), out("c", "stderr"), out("d")]);
    expect(pieces.map((piece) => piece.text)).toEqual(["ab", "c", "d"]);
  });

  it("start anew after clear", () => {
    expect(append(EMPTY, [out("a"), out("", "clear"), out("b")]).pieces).toEqual([out("b")]);
  });

  it("replace a display by its name, and nothing for a name that is not there", () => {
    const shown = { ...out("10 %", "display"), id: "bar" };
    const { pieces } = append(EMPTY, [
      shown,
      out("log"),
      { ...out("90 %", "update"), id: "bar" },
      { ...out("?", "update"), id: "other" },
      out("?", "update"),
    ]);
    expect(pieces).toEqual([{ ...shown, text: "90 %" }, out("log")]);
  });

  it("show the last state of a progress bar", () => {
    const { pieces } = append(EMPTY, [out("10%\r"), out("20%\r"), out("100%\ndone\n")]);
    expect(pieces[0]?.text).toBe("100%\ndone\n");
  });

  it("keep Windows line ends as line ends", () => {
    expect(carriageReturns("a\r\nb\r\n")).toBe("a\nb\n");
  });

  it("keep the newest part of a flood and count the rest", () => {
    const line = "x".repeat(999) + "\n";
    let transcript = append(EMPTY, []);
    for (let i = 0; i < 300; i++) transcript = append(transcript, [out(line)]);
    const kept = transcript.pieces.reduce((sum, piece) => sum + piece.text.length, 0);
    expect(kept).toBe(MAX_CHARACTERS);
    expect(kept + transcript.dropped).toBe(300_000);
  });

  it("keep a bounded number of pieces", () => {
    const mixed = Array.from({ length: 1000 }, (_, at) => out(String(at), at % 2 ? "stderr" : "stdout"));
    const { pieces } = append(EMPTY, mixed);
    expect(pieces.length).toBe(MAX_PIECES);
    expect(pieces.at(-1)?.text).toBe("999");
  });
});

describe("after a reconnect", () => {
  it("outputs that are sent again from 0 replace what was there", () => {
    const transcripts = new Transcripts();
    transcripts.receive(1, 0, [out("a", "result"), out("b", "result")]);
    transcripts.receive(1, 0, [out("a", "result"), out("b", "result"), out("c", "result")]);
    expect(transcripts.of(1).pieces.map((piece) => piece.text)).toEqual(["a", "b", "c"]);
  });

  it("outputs that overlap are shown once", () => {
    const transcripts = new Transcripts();
    transcripts.receive(1, 0, [out("a", "result")]);
    transcripts.receive(1, 1, [out("b", "result")]);
    transcripts.receive(1, 1, [out("b", "result"), out("c", "result")]);
    expect(transcripts.of(1).pieces.map((piece) => piece.text)).toEqual(["a", "b", "c"]);
  });
});
