/** xterm.js as the room uses it, without a framework. Loaded when a terminal is first looked at. */

import { FitAddon } from "@xterm/addon-fit";
import { Terminal, type ITheme } from "@xterm/xterm";
import "@xterm/xterm/css/xterm.css";

import type { TerminalFeed } from "./feed";

export interface Size {
  readonly rows: number;
  readonly columns: number;
}

/** What to write next, each text at the size that the terminal had then. */
export interface Passage {
  /** The screen is emptied before. */
  readonly reset: boolean;
  readonly pieces: readonly (Size & { readonly text: string })[];
}

const FULL_RESET = "\x1bc";

export interface ScreenOptions {
  /** What it shows as it comes; null where `play` is called instead. */
  readonly feed: TerminalFeed | null;
  readonly size: Size;
  readonly label: string;
  readonly fontSize: number;
  readonly screenReader: boolean;
  /** Hears what is typed; null for a watcher, whose keys go nowhere. */
  readonly onType: ((text: string) => void) | null;
  /** Hears the size that would fill the pane. */
  readonly onFit: (size: Size) => void;
  /** Shift+Escape: the way out for the keyboard. */
  readonly onLeave: () => void;
}

export const LIMITS = { rows: [2, 200], columns: [10, 400] } as const;

export class Screen {
  private readonly terminal: Terminal;
  private readonly fit = new FitAddon();
  private readonly stops: (() => void)[] = [];
  /** While old output is written anew, what it asks of the terminal must not be answered again. */
  private replaying = 0;
  private closed = false;

  constructor(
    private readonly parent: HTMLElement,
    private readonly options: ScreenOptions,
  ) {
    const { size, fontSize, screenReader, onType, label } = options;
    this.terminal = new Terminal({
      rows: size.rows,
      cols: size.columns,
      fontSize,
      fontFamily: getComputedStyle(parent).getPropertyValue("--mono"),
      theme: colours(parent),
      screenReaderMode: screenReader,
      disableStdin: onType === null,
      cursorBlink: false,
      scrollback: 5_000,
      minimumContrastRatio: 4.5,
      // Nothing that a program prints may become a link; the server drops such sequences as well.
      linkHandler: { activate: () => undefined },
    });
    this.terminal.loadAddon(this.fit);
    this.terminal.open(parent);
    this.terminal.textarea?.setAttribute("aria-label", label);
    if (onType) this.terminal.onData((text) => this.replaying === 0 && onType(text));
    this.terminal.attachCustomKeyEventHandler((event) => {
      if (event.key === "Tab" && onType === null) return false;
      if (event.key !== "Escape" || !event.shiftKey) return true;
      if (event.type === "keydown") options.onLeave();
      return false;
    });
    if (options.feed) this.stops.push(options.feed.follow((text, reset) => this.write(text, reset)));
    const resized = new ResizeObserver(() => this.proposeSize());
    resized.observe(parent);
    this.stops.push(() => resized.disconnect());
  }

  resize({ rows, columns }: Size): void {
    this.terminal.resize(clamp(columns, LIMITS.columns), clamp(rows, LIMITS.rows));
  }

  /** Resolves when all of it is drawn, and then may be called again: what waits to be written keeps its size. */
  async play({ reset, pieces }: Passage): Promise<void> {
    for (const [at, piece] of pieces.entries()) {
      if (this.closed) return;
      this.resize(piece);
      const text = reset && at === 0 ? FULL_RESET + piece.text : piece.text;
      await new Promise<void>((done) => this.terminal.write(text, done));
    }
  }

  /** Letters as large as lets so many columns fit, for a watcher with less room. */
  fitLetters(columns: number, most: number): void {
    const wanted = Math.floor((this.parent.clientWidth - 24) / columns / 0.61);
    this.terminal.options.fontSize = Math.min(most, Math.max(7, wanted));
  }

  repaint(fontSize: number, screenReader: boolean): void {
    this.terminal.options.theme = colours(this.parent);
    this.terminal.options.fontSize = fontSize;
    this.terminal.options.screenReaderMode = screenReader;
    this.proposeSize();
  }

  focus(): void {
    this.terminal.focus();
  }

  close(): void {
    this.closed = true;
    for (const stop of this.stops) stop();
    this.terminal.dispose();
  }

  private write(text: string, reset: boolean): void {
    if (!reset) {
      this.terminal.write(text);
      return;
    }
    this.replaying += 1;
    this.terminal.reset();
    this.terminal.write(text, () => (this.replaying -= 1));
  }

  private proposeSize(): void {
    const proposed = this.fit.proposeDimensions();
    if (!proposed || !Number.isFinite(proposed.rows) || !Number.isFinite(proposed.cols)) return;
    this.options.onFit({
      rows: clamp(proposed.rows, LIMITS.rows),
      columns: clamp(proposed.cols, LIMITS.columns),
    });
  }
}

function clamp(value: number, [least, most]: readonly [number, number]): number {
  return Math.min(most, Math.max(least, value));
}

/** The palette from the page's own tokens, resolved, since xterm draws by colour values. */
function colours(parent: HTMLElement): ITheme {
  const probe = document.createElement("span");
  parent.append(probe);
  const of = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const theme: ITheme = {
    background: of("--code-bg"),
    foreground: of("--ink"),
    cursor: of("--accent"),
    cursorAccent: of("--code-bg"),
    selectionBackground: of("--selection"),
    black: of("--faint"),
    red: of("--bad"),
    green: of("--good"),
    yellow: of("--warn"),
    blue: of("--info"),
    magenta: of("--research"),
    cyan: of("--accent"),
    white: of("--muted"),
    brightBlack: of("--faint"),
    brightRed: of("--bad"),
    brightGreen: of("--good"),
    brightYellow: of("--warn"),
    brightBlue: of("--info"),
    brightMagenta: of("--research"),
    brightCyan: of("--accent"),
    brightWhite: of("--ink"),
  };
  probe.remove();
  return theme;
}
