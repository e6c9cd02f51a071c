import { readFileSync } from 'node:fs';
import { openApi } from '../src/contract/openapi/openapi.ts';
import { rules } from '../src/contract/openapi/openapi-rules.testing.ts';

// Counts the places where an OpenAPI document breaks the rules for code generators, by rule: that of a file, or of these sources.
// Arguments: [FILE] [--places]

const words = process.argv.slice(2);
const file = words.find((word) => !word.startsWith('--'));
const document = file === undefined ? openApi({ version: '0', url: null }) : readFileSync(file, 'utf8');
const json = JSON.parse(typeof document === 'string' ? document : JSON.stringify(document));
let total = 0;
for (const { name, find } of rules) {
  const places = find(json);
  total += places.length;
  console.log(`${String(places.length).padStart(5)} ${name}`);
  if (words.includes('--places')) for (const place of places) console.log(`        ${place}`);
}
console.log(`${String(total).padStart(5)} in all`);
