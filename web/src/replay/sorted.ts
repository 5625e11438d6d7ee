/** Looking up moments in tracks that are in the order of time. Pure. */

/** How many of the first items are at or before `ms`. */
export function countUntil<T>(items: readonly T[], ms: number, at: (item: T) => number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(items[middle] as T) <= ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

type Timed = readonly [number, ...unknown[]] | { readonly ms: number };

export const msOf = (item: Timed): number => ("ms" in item ? item.ms : item[0]);

/** The items that had happened at `ms`. */
export function until<T extends Timed>(items: readonly T[], ms: number): readonly T[] {
  return items.slice(0, countUntil(items, ms, msOf));
}

/** The last of them, if any. */
export function lastUntil<T extends Timed>(items: readonly T[], ms: number): T | undefined {
  return items[countUntil(items, ms, msOf) - 1];
}
