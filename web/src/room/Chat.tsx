/** Messages between candidate and panel. New ones are read out, and counted while the chat is folded. */

import { useEffect, useRef, useState, type FormEvent } from "react";

import { useStore } from "../store";
import { Time } from "../ui/parts";
import { useAct, useRoom, useView } from "./context";

const MAX_MESSAGE = 1000;

/** How many messages of others came since `open` was last true. */
export function useUnread(open: boolean): number {
  const messages = useStore(useRoom().chat);
  const { you } = useView();
  const [read, setRead] = useState(0);
  useEffect(() => {
    if (open) setRead(messages.length);
  }, [open, messages.length]);
  return messages.slice(read).filter((one) => one.author !== you).length;
}

export function Chat({ shown }: { shown: boolean }) {
  const messages = useStore(useRoom().chat);
  const { you, people, stage, consented } = useView();
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Newer browsers return a promise from it, which an effect must not return.
    void end.current?.scrollIntoView({ block: "nearest" });
  }, [messages.length, shown]);
  const mayWrite = people.some((one) => one.author === you && one.role !== "watcher");
  const closed = stage === "finished" || !consented;
  const colors = new Map(people.map((one) => [one.author, one.color]));
  return (
    <section className="column chat" aria-label="Chat" data-testid="chat">
      <div className="scroll fill pad-tight" tabIndex={0} aria-label="Messages" role="group">
        {messages.length === 0 ? (
          <p className="small muted">
            {closed
              ? "The chat opens once the candidate has agreed to the recording."
              : "No messages yet. Everybody in the room reads them, and they are recorded."}
          </p>
        ) : null}
        <ol className="messages">
          {messages.map((one, at) => (
            <li key={at} data-testid="chat-message">
              <span className="row small">
                <strong style={{ borderLeft: `3px solid ${colors.get(one.author) ?? "var(--line)"}` }}>
                  {one.author === you ? "You" : one.name}
                </strong>
                <Time at={one.at} />
              </span>
              <p>{one.text}</p>
            </li>
          ))}
        </ol>
        <div ref={end} />
      </div>
      {mayWrite && !closed ? <NewMessage /> : null}
    </section>
  );
}

function NewMessage() {
  const act = useAct();
  const [text, setText] = useState("");
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() && (await act("say", { text: text.trim() }))) setText("");
  };
  return (
    <form className="row pad-tight" onSubmit={(event) => void send(event)}>
      <input
        type="text"
        className="grow"
        aria-label="Message"
        placeholder="Write to everybody here"
        maxLength={MAX_MESSAGE}
        value={text}
        data-testid="chat-input"
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="button" disabled={!text.trim()} data-testid="chat-send">
        Send
      </button>
    </form>
  );
}

/** Reads the newest message of somebody else to a screen reader, whatever is open. */
export function ChatAnnouncer() {
  const messages = useStore(useRoom().chat);
  const { you } = useView();
  const before = useRef(messages.length);
  const [said, setSaid] = useState("");
  useEffect(() => {
    const last = messages.at(-1);
    if (messages.length > before.current && last && last.author !== you)
      setSaid(`${last.name}: ${last.text}`);
    before.current = messages.length;
  }, [messages, you]);
  return (
    <span className="hidden-visually" role="status" aria-live="polite">
      {said}
    </span>
  );
}

/** A button in the bar that unfolds the chat below it. */
export function ChatButton() {
  const [open, setOpen] = useState(false);
  const unread = useUnread(open);
  const box = useRef<HTMLDivElement>(null);
  const toggle = () => {
    setOpen(!open);
    if (!open) requestAnimationFrame(() => box.current?.querySelector("input")?.focus());
  };
  return (
    <div
      className="chat-anchor"
      onKeyDown={(event) => {
        if (event.key === "Escape") setOpen(false);
      }}
    >
      <button
        type="button"
        className="button tiny"
        aria-expanded={open}
        aria-controls="chat"
        data-testid="chat-toggle"
        onClick={toggle}
      >
        Chat
        {unread > 0 ? (
          <span className="count" data-testid="chat-unread">
            {unread}
            <span className="hidden-visually"> unread</span>
          </span>
        ) : null}
      </button>
      <ChatAnnouncer />
      <div id="chat" className="chat-popup" ref={box} hidden={!open}>
        {open ? <Chat shown={open} /> : null}
      </div>
    </div>
  );
}
