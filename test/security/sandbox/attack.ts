/** One mechanism by which a template or the data of an event may attack, and the expected outcome. */
export type Attack = {
  does: string;
  template: string;
  /** The destination's id; constant unless given. */
  path?: string;
  headers?: Record<string, string>;
  /** `it.data` as sent; `[{}]` when there is none. */
  data?: string;
  held: Held;
};

/** The expected outcomes: one of these. Patterns match the reason in the log. */
export type Held =
  | { kind: 'body'; body: string }
  | { kind: 'failed'; reason: RegExp }
  | { kind: 'skipped'; reason: RegExp }
  /** No part of it ran. */
  | { kind: 'refused'; reason: RegExp };

/** An attack by the JavaScript of a `{{! }}` tag. */
export function script(does: string, code: string, held: Held, data?: string): Attack {
  return { does, template: `{{! ${code} }}`, held, ...(data === undefined ? {} : { data }) };
}

export function gives(body: string): Held {
  return { kind: 'body', body };
}

export function fails(reason: RegExp): Held {
  return { kind: 'failed', reason };
}

export function skips(reason: RegExp): Held {
  return { kind: 'skipped', reason };
}

export function refused(reason: RegExp): Held {
  return { kind: 'refused', reason };
}

const LIMITS = {
  time: 'It ran longer than',
  memory: 'It needed more than',
  output: 'It returned more than',
};

/** Ended by one of these limits; which one is first may depend on the machine. */
export function over(...limits: (keyof typeof LIMITS)[]): Held {
  return fails(new RegExp(`^(?:${limits.map((limit) => LIMITS[limit]).join('|')})`));
}

/** The result of a render by any renderer; `hasRun` is false when the template did not run. */
export type Came = { kind: 'body' | 'failed' | 'skipped'; text: string; hasRun: boolean };

export function isHeld({ held }: Attack, { kind, text, hasRun }: Came): boolean {
  if (held.kind === 'body') return kind === 'body' && text === held.body;
  if (held.kind === 'refused') return kind === 'failed' && !hasRun && held.reason.test(text);
  return kind === held.kind && hasRun && held.reason.test(text);
}
