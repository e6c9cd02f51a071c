import { readFileSync, writeFileSync } from 'node:fs';
import { openApi } from '../src/contract/openapi/openapi.ts';
import type { Json } from '../test/clients/schema-breaks.ts';

// Keeps the OpenAPI document of this commit as that of the last release, with which test/clients/promise.test.ts compares.

const root = new URL('../', import.meta.url);
const { version }: { version: string } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'));
const { paths, components, ...rest } = openApi({ version, url: null });
const { schemas, ...others } = components;
const parts = [
  ...Object.entries(rest).map(([name, value]) => member(name, value)),
  lines('paths', paths),
  `"components": {\n${[...Object.entries(others).map(([name, value]) => member(name, value)), lines('schemas', schemas)].join(',\n')}\n}`,
];
writeFileSync(new URL('test/clients/released-openapi.json', root), `{\n${parts.join(',\n')}\n}\n`);

/** An object with a line for each member, so that the difference of two releases can be read. */
function lines(name: string, object: Json): string {
  const inner = Object.entries(object).map(([key, value]) => member(key, value));
  return `${JSON.stringify(name)}: {\n${inner.join(',\n')}\n}`;
}

function member(name: string, value: unknown): string {
  return `${JSON.stringify(name)}: ${JSON.stringify(value)}`;
}
