/** How to get to a line of a file, for panes that name one; null where no editor is open. */

import { createStore } from "../store";

export interface Places {
  readonly open: ((file: string, line: number) => void) | null;
}

export const places = createStore<Places>({ open: null });
