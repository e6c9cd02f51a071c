import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { notRepeatable, routes } from '../routes.ts';
import { openApi } from './openapi.ts';

type Json = { [key: string]: Json };

const description = openApi({ version: '1.2.3', url: 'https://millrace.example' }) as Json; // plain JSON
const text = JSON.stringify(description);
const parameterOf = (one: Json) =>
  one['$ref'] === undefined
    ? one
    : description['components']?.['parameters']?.[String(one['$ref']).split('/').at(-1) ?? ''];

test('the description has every route once, with its rights, its parameters and its body', () => {
  const operations = Object.entries(description['paths'] ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: JSON.parse(JSON.stringify(operation)),
    })),
  );
  assert.equal(operations.length, routes.length + 2); // and intake
  assert.deepEqual(description['security'], [{ bearer: [] }, { session: [] }]);
  for (const route of routes) {
    const found = operations.find(({ operation }) => operation.operationId === route.id);
    assert.ok(found, route.id);
    const { path, method, operation } = found;
    assert.deepEqual([path, method.toUpperCase()], [route.path, route.method]);
    assert.deepEqual(operation['x-right'], route.rights ?? []);
    assert.deepEqual(operation.security, route.rights === null ? [] : undefined);
    const inPath = (operation.parameters ?? []).map(parameterOf).filter((one: Json) => String(one['in']) === 'path');
    assert.deepEqual(
      inPath.map((one: { name: string }) => `{${one.name}}`),
      route.path.match(/\{\w+\}/g) ?? [],
    );
    assert.equal(operation.requestBody !== undefined, route.body !== null);
    assert.ok(operation.responses[String(route.status)] && operation.responses['4XX'] && operation.responses['5XX']);
  }
});

test('the introduction says how to authenticate, and its addresses and fields exist', () => {
  const introduction = String(description['info']?.['description']);
  assert.match(introduction, /Authorization: Bearer/);
  const known = new Set([...routes.map(({ path }) => path), '/v3/{key}', '/docs/api', '/docs/errors']);
  const addresses = [...introduction.matchAll(/`(?:[A-Z]+ )?(\/[^`]*)`/g)].map(([, path = '']) => path);
  assert.ok(addresses.length >= 6);
  for (const path of addresses)
    assert.ok(known.has(path) || known.has(path.replace('{kind}', 'connections')), `${path} is described`);
});

test('every reference resolves within the document, and no component is unused', () => {
  const references = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, target = '']) => target);
  assert.ok(references.length > 50);
  for (const target of references) {
    assert.match(target, /^#\/components\/(schemas|responses|parameters|headers)\/\w+$/);
    const found = target
      .split('/')
      .slice(1)
      .reduce<Json | undefined>((at, key) => at?.[key], description);
    assert.ok(found, target);
  }
  for (const name of Object.keys(description['components']?.['schemas'] ?? {}))
    assert.ok(text.includes(`"#/components/schemas/${name}"`), name);
  assert.equal(text.includes('$defs'), false);
});

test('secrets are described as write-only, and the description is self-contained', () => {
  assert.match(text, /Write-only/);
  assert.deepEqual([description['openapi'], description['info']?.['version']], ['3.1.0', '1.2.3']);
});

test('no response with a one-time secret is repeated for an Idempotency-Key', () => {
  const telling = routes
    .filter(({ method, output }) => {
      const names = output instanceof z.ZodObject ? Object.keys(output.shape) : [];
      return method === 'POST' && (names.includes('inviteUrl') || names.includes('token'));
    })
    .map(({ id }) => id);
  assert.deepEqual(telling.toSorted(), ['createMyToken', 'createToken', 'createUser', 'inviteUser']);
  assert.deepEqual(
    telling.filter((id) => !notRepeatable.has(id)),
    [],
  );
});
