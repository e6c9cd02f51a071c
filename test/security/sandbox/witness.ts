import type { RenderJob } from '../../../src/sandbox/sandbox.ts';

/**
 * A render that inspects everything a script can reach, through property descriptors alone, and reports names,
 * attributes, values, the text of functions, the order of keys, prototypes, whether objects are frozen, random
 * numbers and the clock. A report that differs from that of a new engine means that something was left behind.
 */
export const WITNESS: RenderJob = {
  program: {
    key: 'witness',
    source: `
const kept = /x/g;
globalThis.__render = () => {
  const text = Function.prototype.toString;
  const seen = new Map();
  const said = [];
  const visit = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return typeof value + String(value);
    const known = seen.get(value);
    if (known !== undefined) return known;
    const name = '#' + seen.size;
    seen.set(value, name);
    if (value === globalThis.__render) return name;
    if (typeof value === 'function') said.push(text.call(value).slice(0, 40));
    said.push(Object.isExtensible(value), visit(Object.getPrototypeOf(value)));
    for (const key of Reflect.ownKeys(value)) {
      const { value: held, get, set, writable, enumerable, configurable } = Object.getOwnPropertyDescriptor(value, key);
      said.push(key, writable, enumerable, configurable, visit(held), visit(get), visit(set));
    }
    return name;
  };
  visit(globalThis);
  const iterators = [[].values(), new Map().keys(), new Set().keys(), ''[Symbol.iterator](), 'x'.matchAll(/x/g)];
  for (const root of [...iterators, function* () {}, async () => {}, async function* () {}, [].values().map((x) => x)]) visit(root);
  said.push(kept.lastIndex, kept.test('xx'), Math.random(), Date.now(), Symbol.for('count').description);
  return said.map(String).join();
};`,
  },
  input: '',
  seed: 'witness',
  nowMs: 1_700_000_000_000,
};
