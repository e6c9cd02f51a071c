import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from '../../../src/sqlite/temporary-folder.testing.ts';
import { startActs } from './acts.ts';
import {
  allFinished,
  confirmed,
  endHolds,
  erasedIsGone,
  exportsAgree,
  outcomesAgree,
  retryHeld,
  storedIsWhole,
  untilStill,
} from './after.ts';
import { agreement } from './agreement.ts';
import { type Draw, drawFrom } from './draw.ts';
import type { Fault } from './fault.ts';
import { newHistory } from './history.ts';
import { lookAround } from './look.ts';
import { type Loop, type Pace, startLoop } from './loop.ts';
import { trafficOf } from './members.ts';
import { drawMix, type Mix } from './mix.ts';
import { model } from './model.ts';
import { type Program, startProgram } from './program.ts';
import { type JourneySources, journeyOf } from './report.ts';
import { startSenders } from './senders.ts';
import { setUp } from './setup.ts';
import { startSystems } from './systems.ts';

export type TogetherOptions = {
  seed: number;
  seconds: number;
  /** `bin/millrace.cjs` of the checkout whose program runs; default: this one. */
  launcher?: string | undefined;
  /** Guarantees that are not checked, by their names. */
  except?: readonly string[] | undefined;
  /** Takes the place of what the seed says. */
  mix?: Partial<Mix>;
  /** The time between two requests of senders, two acts, and two ends of the program. */
  paces?: Paces;
};

type Paces = { senders: Pace; acts: Pace; ends: Pace };

export type TogetherFigures = {
  events: number;
  requests: number;
  deliveries: number;
  acts: number;
  kills: number;
  stops: number;
  /** Broken guarantees with the journey of what they are about; must be empty. */
  faults: string[];
};

/** In a long run, a look takes longer. */
const quietEvery = (seconds: number) => Math.max(15, seconds / 20);
/** Counts of held deliveries are read again after at least four times as long as a reading takes. */
const oldestMs = 10_000;
const quietLookMs = 500;
/** Of the faults of one guarantee. */
const journeysMax = 2;
const usualPaces: Paces = { senders: [30, 200], acts: [80, 500], ends: [1_500, 8_000] };

/**
 * A random test of everything together: systems that answer at random, events with repetitions, people, replays, erasures,
 * edits, steps of the clock, kills and stops, all drawn from the seed. Compares all that arrives and all that the program
 * says with a model, at quiet points and at the end.
 */
export async function runTogether({
  seed,
  seconds,
  launcher,
  except = [],
  mix: given = {},
  paces = usualPaces,
}: TogetherOptions): Promise<TogetherFigures> {
  const draw = drawFrom(seed);
  const mix = { ...drawMix(draw.fork('mix')), ...given };
  const history = newHistory();
  const faults: Fault[] = [];
  const note = (some: readonly Fault[]) => faults.push(...some.filter(({ guarantee }) => !except.includes(guarantee)));
  using folder = temporaryFolder();
  await using systems = await startSystems(mix, draw.fork('systems'), history);
  await using program = await startProgram({ folder: folder.path, history, launcher });
  const wiring = await setUp(await program.client(), mix, systems, history);
  program.setTokens(wiring.tokens);
  const senders = startSenders({
    draw: draw.fork('senders'),
    mix,
    program,
    key: wiring.key,
    history,
    seed,
    everyMs: paces.senders,
  });
  const acts = startActs({ draw: draw.fork('acts'), mix, wiring, program, systems, senders, history }, paces.acts);
  const ends = startEnds({ draw: draw.fork('ends'), mix, program, everyMs: paces.ends });
  const parts = [senders, acts, ends];

  /** Everything stops and comes to rest. Checks what the program says then. */
  async function beQuiet() {
    for (const part of parts) await part.pause();
    systems.setGood(true);
    note(await untilStill(program, wiring, history));
    let look = await lookAround(program.client, wiring, history.now(), acts.memory.shiftMs);
    let different = agreement(look, history);
    for (const until = performance.now() + oldestMs; isCountedBefore(different) && performance.now() < until; ) {
      await sleep(quietLookMs);
      look = await lookAround(program.client, wiring, history.now(), acts.memory.shiftMs);
      different = agreement(look, history);
    }
    note(different);
    const traffic = trafficOf(history, look.deliveries, look.replays, wiring);
    note(await confirmed(program, model({ history, wiring, look, traffic })));
    return { look, traffic };
  }

  const quietEverySeconds = quietEvery(seconds);
  for (let left = seconds; left > 0; left -= quietEverySeconds) {
    await sleep(Math.min(quietEverySeconds, left) * 1_000);
    await beQuiet();
    if (left <= quietEverySeconds || faults.length > 0) break;
    systems.setGood(false);
    for (const part of parts) part.resume();
  }
  for (const part of parts) await part.stop();
  await endHolds({ program, wiring, mix, systems, history });
  note(await untilStill(program, wiring, history));
  await retryHeld(program, wiring, history);
  const { look, traffic } = await beQuiet();
  note(allFinished(look.deliveries));
  note(await outcomesAgree(program, look.deliveries, history));
  note(await erasedIsGone(await program.client(), join(folder.path, 'data'), history));
  note(await exportsAgree(await program.client(), join(folder.path, 'empty'), launcher));
  const journeys = await journeysOf(faults, history, traffic, await program.client());
  await program.stop();
  faults.length = 0;
  note([
    ...(await storedIsWhole(join(folder.path, 'data'), launcher)),
    ...logged(program),
    ...history.odd.map(oddResponse),
  ]);
  return {
    events: history.sent.reduce((sum, { ids }) => sum + (ids?.length ?? 0), 0),
    requests: history.arrivals.length,
    deliveries: look.deliveries.length,
    acts: history.acts.length,
    kills: history.lives.filter(({ by }) => by === 'SIGKILL').length,
    stops: history.lives.filter(({ by }) => by === 'SIGTERM').length - 1,
    faults: [...journeys, ...faults.map(textOf)],
  };
}

/** The first faults of each guarantee with their journeys, and the number of the others. */
async function journeysOf(faults: readonly Fault[], ...sources: JourneySources): Promise<string[]> {
  const reported: string[] = [];
  const different = new Map(faults.map((one) => [one.sentence, one]));
  for (const [guarantee, some] of Map.groupBy(different.values(), (fault) => fault.guarantee)) {
    for (const fault of some.slice(0, journeysMax)) reported.push(await journeyOf(fault, ...sources));
    if (some.length > journeysMax) reported.push(`${guarantee}: ${some.length - journeysMax} more.`);
  }
  return reported;
}

/** The counts may be those of a moment before. */
const isCountedBefore = (faults: readonly Fault[]) =>
  faults.length > 0 &&
  faults.every(({ guarantee }) => guarantee === 'held counts agree' || guarantee === 'metrics agree');

const textOf = ({ guarantee, sentence }: Fault) => `${guarantee}: ${sentence}`;
const oddResponse = (sentence: string): Fault => ({ guarantee: 'every response is right', sentence, about: [] });

const logged = (program: Program) =>
  program.errors().map((sentence) => ({ guarantee: 'no internal error', sentence, about: [] }));

/** Ends and starts the program every few seconds, if the mix says so. */
function startEnds(given: { draw: Draw; mix: Mix; program: Program; everyMs: Pace }): Loop {
  const { draw, mix, program, everyMs } = given;
  const ways = [...(mix.kills ? ['SIGKILL' as const] : []), ...(mix.stops ? ['SIGTERM' as const] : [])];
  return startLoop(draw, everyMs, async () => {
    if (ways.length > 0) await program.restart(draw.pick(ways));
  });
}
