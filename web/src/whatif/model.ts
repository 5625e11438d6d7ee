/**
 * What speculative decoding should bring, from four numbers. Pure.
 *
 * Tokens a target call: (1 - alpha^(gamma + 1)) / (1 - alpha), for independent accept flags with one rate
 * (Leviathan et al. 2023, equation 1). Time: a pass takes one unit while reading the weights is what
 * costs, and grows with the positions once there are more of them than the `ridge`, where the machine's
 * arithmetic becomes what costs (a roofline with one corner). Plain decoding feeds one position a sequence,
 * verification gamma + 1.
 */

export interface Setting {
  /** Acceptance rate of a draft token, 0 to 1. */
  readonly alpha: number;
  /** Draft tokens a round, from 0. */
  readonly gamma: number;
  /** One draft pass over one target pass, both of one position. */
  readonly cost: number;
  /** Sequences in the batch, from 1. */
  readonly batch: number;
  /** Positions that one pass can take before it slows down. */
  readonly ridge: number;
}

export function tokensPerCall(alpha: number, gamma: number): number {
  if (alpha >= 1) return gamma + 1;
  return (1 - alpha ** (gamma + 1)) / (1 - alpha);
}

/** In units of a pass that is bound by reading the weights. */
export function passTime(positions: number, ridge: number): number {
  return Math.max(1, positions / ridge);
}

/** Over plain decoding of the same batch by the target alone. */
export function speedup({ alpha, gamma, cost, batch, ridge }: Setting): number {
  const plain = passTime(batch, ridge);
  const round = gamma * cost * plain + passTime(batch * (gamma + 1), ridge);
  return (tokensPerCall(alpha, gamma) * plain) / round;
}

export const MOST_DRAFTS = 16;

/** The number of draft tokens with the largest speed-up; 0 means: do not speculate. */
export function bestGamma(setting: Omit<Setting, "gamma">): number {
  const all = Array.from({ length: MOST_DRAFTS + 1 }, (_, gamma) => gamma);
  return all.reduce((best, gamma) =>
    speedup({ ...setting, gamma }) > speedup({ ...setting, gamma: best }) + 1e-12 ? gamma : best,
  );
}

/** The largest batch at which `gamma` drafts still pay; null when they never do. */
export function breakEvenBatch(setting: Omit<Setting, "batch">): number | null {
  const pays = (batch: number) => speedup({ ...setting, batch }) > 1;
  if (!pays(1)) return null;
  let batch = 1;
  while (batch < 4096 && pays(batch + 1)) batch += 1;
  return batch;
}
