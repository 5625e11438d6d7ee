/** What the candidate's terminal has shown, for a screen that opens now and for one that is open. Bounded. */

export const MAX_CHARACTERS = 400_000;

export type Listener = (text: string, reset: boolean) => void;

export class TerminalFeed {
  private chunks: string[] = [];
  private characters = 0;
  private readonly listeners = new Set<Listener>();

  /** `reset`: the text is all there is, as after a reconnect or when a terminal opens. */
  receive(text: string, reset: boolean): void {
    if (reset) {
      this.chunks = [];
      this.characters = 0;
    }
    this.chunks.push(text);
    this.characters += text.length;
    while (this.characters > MAX_CHARACTERS && this.chunks.length > 1)
      this.characters -= this.chunks.shift()?.length ?? 0;
    for (const listener of [...this.listeners]) listener(text, reset);
  }

  get empty(): boolean {
    return this.characters === 0;
  }

  /** The listener hears at once of all there is, then of what comes. Returns how to stop. */
  follow(listener: Listener): () => void {
    listener(this.chunks.join(""), true);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
