import type { RenderJob, RenderOutcome } from '../sandbox.ts';
import { call, evaluate, getGlobal, newText, PROGRAM_FILE, type Realm, readStatus, readText } from './context.ts';
import { cpuDeadline } from './deadline.ts';
import type { Engine } from './engine.ts';
import { crashed, exceeded, type Limits, threw } from './outcome.ts';
import { STATUS } from './prelude.ts';

export type Session = ReturnType<typeof newSession>;

/** One engine in use: every script in it runs under the limits. */
export function newSession(engine: Engine, realm: Realm, clock: { nowMs: number }, limits: Limits) {
  const deadline = cpuDeadline(limits.timeoutMs);
  let isSpent = false;
  engine.onStep = () => deadline.isOver();

  return {
    engine,
    /** Runs a program's top level; returns its `__render`, or why there is none. */
    prepare(source: string): { fn: number } | { failure: RenderOutcome } {
      const prepared = guarded(() => {
        clock.nowMs = 0;
        const evaluated = evaluate(engine, realm, source, PROGRAM_FILE);
        if (evaluated.isError) return failed(evaluated.value);
        const render = getGlobal(engine, realm, '__render');
        if (render.isError) return failed(render.value);
        if (render.type !== 'function') return threw('the program sets no function __render');
        return { fn: render.value };
      });
      return 'fn' in prepared ? prepared : { failure: prepared };
    },
    run(job: RenderJob, fn: number): RenderOutcome {
      return guarded(() => {
        clock.nowMs = job.nowMs;
        if (realm.random !== 0) engine.words.set(seedWords(job.seed), realm.random >>> 2);
        const isPlain = job.input.isWellFormed() && !job.input.includes('\0');
        const input = newText(engine, realm, isPlain ? job.input : JSON.stringify(job.input));
        const { isError, value } = call(engine, realm, realm.enter, fn, input, isPlain ? realm.false : realm.true);
        return isError ? failed(value) : read(value);
      });
    },
    /** A script exceeded a limit or broke the engine: this instance must not be used again, not even restored. */
    get isSpent(): boolean {
      return isSpent;
    },
  };

  function guarded<T extends object>(script: () => T | RenderOutcome): T | RenderOutcome {
    deadline.start();
    engine.hasRunOut = false;
    let outcome: T | RenderOutcome;
    try {
      outcome = script();
    } catch (error) {
      isSpent = true;
      outcome = crashed(error);
    }
    // Exhausted memory, like an expired deadline, can't be caught by the script.
    if (engine.hasRunOut) outcome = exceeded('memory', limits);
    if (deadline.wasHit) outcome = exceeded('time', limits);
    if ('kind' in outcome && outcome.kind === 'exceeded') isSpent = true;
    return outcome;
  }

  function failed(error: number): RenderOutcome {
    const described = call(engine, realm, realm.describe, error);
    const text = described.isError ? '""\n""' : readText(engine, realm, described.value).toString();
    const [message = '', stack = ''] = text.split('\n').map((line) => String(JSON.parse(line)));
    return threw(message, stack);
  }

  function read(value: number): RenderOutcome {
    const bytes = readText(engine, realm, value);
    const [kind, length] = readStatus(engine, realm);
    switch (kind) {
      case STATUS.text:
        return bytes.length > limits.outputBytes ? exceeded('output', limits) : returned(bytes.toString(), length);
      case STATUS.tooLong:
        return exceeded('output', limits);
      default:
        return threw(`the program returned ${bytes}, not a text`);
    }
  }

  function returned(text: string, length: number | undefined): RenderOutcome {
    // Invalid UTF-8 would have become U+FFFD: a text without it and of the full length is the program's output.
    if (text.length === length && !text.includes('\ufffd')) return { kind: 'returned', output: text };
    const { isError, value } = call(engine, realm, realm.retell);
    if (isError) return failed(value);
    const output = String(JSON.parse(readText(engine, realm, value).toString()));
    if (Buffer.byteLength(output) > limits.outputBytes) return exceeded('output', limits);
    return { kind: 'returned', output };
  }
}

/** 64 bits, never all zero, that depend on every character of a seed (cyrb53's two lanes, public domain). */
export function seedWords(seed: string): [low: number, high: number] {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let i = 0; i < seed.length; i++) {
    const unit = seed.charCodeAt(i);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return [(low | 1) >>> 0, high >>> 0];
}
