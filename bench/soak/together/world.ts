import type { History } from './history.ts';
import type { Look } from './look.ts';
import type { Traffic } from './members.ts';
import type { Wiring } from './setup.ts';

/** All that the model compares. */
export type World = { history: History; wiring: Wiring; traffic: Traffic; look: Look };

/** A request whose sending had begun may arrive this much later: a busy machine needs that long for a render. */
export const wireMs = 3_000;
/** A request that left before the program ended may be noted this much later. */
export const slackMs = 500;
/** Until then an outcome is on disk, or a rule applies, on a busy machine. */
export const settleMs = 5_000;
