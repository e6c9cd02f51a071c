/**
 * The marks that identify the events of the bench, at the front of each: `bench.n` is run and number, `bench.t` the
 * time of sending (microseconds), `bench.d` the destination. They have a fixed width, so that they can be patched in
 * place.
 */
export const marks = {
  number: { key: 'bench.n', digits: 12 },
  time: { key: 'bench.t', digits: 16 },
  destination: { key: 'bench.d', digits: 6 },
} as const;

export type MarkName = keyof typeof marks;

const runUnit = 1_000_000_000;
const zero = 48;

/** Number `n` of run `run`, in one number. A run has at most 10⁹ events. */
export function markOf(run: number, n: number): number {
  return run * runUnit + n;
}

export function readMark(mark: number): { run: number; n: number } {
  return { run: Math.floor(mark / runUnit), n: mark % runUnit };
}

/** The text before the digits of a mark in compact JSON. */
export function needleOf(name: MarkName): string {
  return `"${marks[name].key}":"`;
}

/** The digits of a mark at `at`; NaN when there are none. */
export function readDigits(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const digit = (bytes[i] ?? 0) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

export function writeDigits(bytes: Uint8Array, at: number, digits: number, value: number): void {
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    bytes[i] = zero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
