import type { Attack } from './attack.ts';
import { DATA } from './data.ts';
import { ENGINE_BREAKERS } from './engine.ts';
import { ESCAPES, SURROUNDINGS } from './escape.ts';
import { HOGS, MODEST } from './memory.ts';
import { POISONS, RESULTS } from './poison.ts';
import { SOURCES } from './source.ts';
import { DEPTHS, LOOPS, NATIVE_LOOPS } from './starve.ts';
import { STAINS } from './state.ts';

type Threats = Record<string, Attack[]>;

/** Attacks on time and memory, by target. */
export const HOGGING: Threats = {
  'loop in code': LOOPS,
  'loop in native code': NATIVE_LOOPS,
  'go too deep': DEPTHS,
  'take too much memory or say too much': HOGS,
};

/** Attacks on everything else. */
export const CALM: Threats = {
  "reach the host's realm": ESCAPES,
  'reach environment, files, network and processes': SURROUNDINGS,
  "confuse the engine's memory": ENGINE_BREAKERS,
  'do no harm': MODEST,
  'leave state for the next render': STAINS,
  'spoil what carries the result': POISONS,
  'confuse the result': RESULTS,
  'attack by data': DATA,
  'attack by source text': SOURCES,
};

export const CORPUS: Threats = { ...HOGGING, ...CALM };
