import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** Loaded on first use: the module is large, and most commands don't need it. */
export const yaml = (): typeof Yaml => createRequire(import.meta.url)('yaml');
