import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** Loaded with the first text that needs it: it is large, and most commands read and write none. */
export const yaml = (): typeof Yaml => createRequire(import.meta.url)('yaml');
