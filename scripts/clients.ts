import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clientFiles } from './clients/client-files.ts';

// Generates the parts of clients/ that follow from the OpenAPI document.

const root = fileURLToPath(new URL('../', import.meta.url));
const files = await clientFiles();
rmSync(`${root}clients/typescript/src/generated`, { recursive: true, force: true });
for (const { path, text } of files) {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}
console.log(`${files.length} files in clients/`);
