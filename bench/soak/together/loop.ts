import { setTimeout as sleep } from 'node:timers/promises';
import type { Draw } from './draw.ts';

/** Something that is done again and again until it is stopped. */
export type Loop = {
  /** Ends what is being done. */
  pause(): Promise<void>;
  resume(): void;
  stop(): Promise<void>;
  /** Resolves when what is being done now has ended. */
  ended(): Promise<void>;
};

export type Pace = readonly [leastMs: number, mostMs: number];

const stepMs = 50;

/** Does it again and again, after random waits. */
export function startLoop(draw: Draw, everyMs: Pace, run: () => Promise<void>): Loop {
  let isPaused = false;
  let isStopping = false;
  let busy: Promise<void> = Promise.resolve();

  async function wait() {
    for (let left = draw.between(...everyMs); left > 0 && !isStopping; left -= stepMs)
      await sleep(Math.min(left, stepMs));
  }

  const running = (async () => {
    for (await wait(); !isStopping; await wait()) {
      if (isPaused) continue;
      busy = run();
      await busy;
    }
  })();

  return {
    async pause() {
      isPaused = true;
      await busy;
    },
    resume() {
      isPaused = false;
    },
    async stop() {
      isStopping = true;
      await running;
    },
    ended: () => busy,
  };
}
