import type { Format } from './format.ts';
import { infinity } from './infinity.ts';

/** All formats that senders can use. */
export const formats: readonly Format[] = [infinity];
