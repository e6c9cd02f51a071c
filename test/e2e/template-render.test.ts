import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { startTestApp } from '../support/app.ts';

const app = await startTestApp();
after(() => app[Symbol.asyncDispose]());

const render = async (template: string, meta?: unknown) => {
  const body = JSON.stringify({ template, data: [{}], meta });
  const headers = { 'content-type': 'application/json' };
  const response = await app.fetch('/api/v1/templates/render', { method: 'POST', headers, body });
  return { status: response.status, json: Object(await response.json()) };
};

test('the time of a rendered template is the time of `meta`, as text or in milliseconds', async () => {
  const template = '{{! return [Date.now(), new Date().toISOString(), it.meta.time].join(" ") }}';
  for (const time of ['2024-01-01T00:00:00.000Z', '2024-01-01T02:00:00+02:00', 1_704_067_200_000]) {
    const { json } = await render(template, { time });
    assert.equal(json.result.body, '1704067200000 2024-01-01T00:00:00.000Z 2024-01-01T00:00:00.000Z');
  }
});

test('`meta` of a rendered template with a time or id of another form is refused', async () => {
  for (const meta of [{ time: 'yesterday' }, { time: 9e15 }, { time: {} }, { deliveryId: 5 }, []]) {
    const { status, json } = await render('{{ it.meta.time }}', meta);
    assert.deepEqual([status, json.code], [422, 'invalid_value'], JSON.stringify(meta));
  }
});
