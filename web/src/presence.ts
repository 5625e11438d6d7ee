/** The others' cursors across a lost connection. */

import { removeAwarenessStates, type Awareness } from "y-protocols/awareness";

/**
 * Drop what the others said, and when: a clock that were kept would make us deaf to the same state when the
 * server tells it anew, until its owner next moves.
 */
export function forgetOthers(awareness: Awareness, origin: unknown): void {
  const others = [...awareness.meta.keys()].filter((id) => id !== awareness.clientID);
  removeAwarenessStates(awareness, others, origin);
  for (const id of others) awareness.meta.delete(id);
}
