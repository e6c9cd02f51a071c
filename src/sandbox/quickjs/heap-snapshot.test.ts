import assert from 'node:assert/strict';
import { test } from 'node:test';
import { call, evaluate, getGlobal, newText, openRealm } from './context.ts';
import { compileEngine, newEngine } from './engine.ts';
import { isCleanElsewhere, restore, takeBase, takeSnapshot } from './heap-snapshot.ts';

const MEMORY = 16 * 1024 * 1024;

test('a restore resets every byte, on the same instance and on a new one', async () => {
  const module = await compileEngine();
  const engine = await newEngine(module, MEMORY);
  const realm = openRealm(engine, { nowMs: 0 }, 1000);
  const base = takeBase(engine, realm.context);
  assert.ok(base);

  const prepared = await newEngine(module, MEMORY);
  restore(prepared, base, base);
  evaluate(
    prepared,
    realm,
    `globalThis.list = []; globalThis.__render = (s) => 'x'.repeat(list.push(s) * 2e6)`,
    'program',
  );
  const fn = getGlobal(prepared, realm, '__render').value;
  const snapshot = takeSnapshot(prepared, base);
  const memory = Buffer.from(prepared.bytes);

  for (const instance of [prepared, await newEngine(module, MEMORY)]) {
    restore(instance, base, snapshot);
    assert.ok(instance.bytes.equals(memory));
    const { isError } = call(instance, realm, realm.enter, fn, newText(instance, realm, 'a'), realm.false);
    assert.equal(isError, false);
    assert.ok(!instance.bytes.equals(memory));
    restore(instance, base, snapshot);
    assert.ok(instance.bytes.equals(memory));
    assert.ok(isCleanElsewhere(instance, base));
  }
});
