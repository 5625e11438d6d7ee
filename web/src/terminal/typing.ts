/** What is typed in the terminal, in few frames: the first key at once, the next ones together. */

const EVERY_MS = 40;
/** The protocol's bound of one command. */
const MAX_TEXT = 16_000;

export class Typing {
  private held = "";
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly send: (text: string) => void) {}

  type(text: string): void {
    this.held += text;
    if (this.timer === null) this.flush();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.held = "";
  }

  private readonly flush = (): void => {
    this.timer = null;
    if (this.held === "") return;
    const text = this.held.slice(0, MAX_TEXT);
    this.held = this.held.slice(MAX_TEXT);
    this.send(text);
    this.timer = setTimeout(this.flush, EVERY_MS);
  };
}
