/** Every key of the room, in one list: what the dialog shows. Keys as CodeMirror names them. */

export interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

export interface Group {
  readonly title: string;
  readonly shortcuts: readonly Shortcut[];
}

export const SHORTCUTS: readonly Group[] = [
  {
    title: "Run",
    shortcuts: [
      { keys: ["Mod-Enter"], does: "Run the cell at the cursor" },
      { keys: ["Shift-Enter"], does: "Run the cell and go to the next" },
      { keys: ["Alt-Enter"], does: "Run the selected lines, or the line at the cursor" },
      { keys: ["Mod-Shift-Enter"], does: "Run the file" },
    ],
  },
  {
    title: "Know",
    shortcuts: [
      { keys: ["Ctrl-Space"], does: "Complete, from the live kernel" },
      { keys: ["Mod-Shift-Space"], does: "Parameters of the call at the cursor" },
      { keys: ["F8"], does: "Next mistake" },
      { keys: ["Mod-Shift-m"], does: "List of mistakes" },
    ],
  },
  {
    title: "Edit",
    shortcuts: [
      { keys: ["Tab", "Shift-Tab"], does: "Indent, and back" },
      { keys: ["Mod-/"], does: "Comment the lines, and back" },
      { keys: ["Alt-ArrowUp", "Alt-ArrowDown"], does: "Move the lines" },
      { keys: ["Mod-d"], does: "Select the next occurrence too" },
      { keys: ["Mod-z", "Mod-Shift-z"], does: "Undo your own changes, and redo" },
      { keys: ["Mod-f", "F3"], does: "Find and replace, find the next" },
      { keys: ["Mod-Alt-g"], does: "Go to a line" },
    ],
  },
  {
    title: "Get around",
    shortcuts: [
      { keys: ["Escape Tab"], does: "Leave the editor" },
      { keys: ["Shift-Escape"], does: "Leave the terminal" },
      { keys: ["ArrowLeft", "ArrowRight"], does: "Between tabs; on a divider: resize" },
      { keys: ["F1"], does: "This list" },
    ],
  },
];

const NAMES: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Enter: "↵", Escape: "Esc" };
const ON_MAC: Record<string, string> = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Ctrl: "⌃" };

/** The caps to press, in order: `Mod-Shift-Enter` is `Ctrl`, `Shift`, `↵`. */
export function caps(key: string, mac: boolean): string[] {
  return key.split(/[- ](?=.)/).map((cap) => {
    if (mac && ON_MAC[cap]) return ON_MAC[cap];
    if (cap === "Mod") return "Ctrl";
    return NAMES[cap] ?? (cap.length === 1 ? cap.toUpperCase() : cap);
  });
}
