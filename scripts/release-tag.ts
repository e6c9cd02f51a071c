import { mkdirSync, writeFileSync } from 'node:fs';
import { nameOf, released, tagScript } from './tag.ts';

// Keeps the tag of this commit as that of the release: every later server serves it at its address, for pages with its integrity.

const script = await tagScript();
mkdirSync(released, { recursive: true });
writeFileSync(`${released}/${nameOf(script)}`, script);
console.log(nameOf(script));
