import assert from 'node:assert/strict';
import { test } from 'node:test';
import { barriers, openTab, startConsole } from './browser.ts';

test('the lists of users, roles and tokens have no barrier while they load and when they fail', async () => {
  await using console_ = await startConsole();
  await using tab = await openTab(console_.browser, { url: console_.app.url, expected: /^500 / });
  const { page } = tab;
  for (const name of ['users', 'roles', 'tokens']) {
    const answer = Promise.withResolvers<void>();
    await page.route(`**/api/v1/${name}*`, async (route) => {
      await answer.promise;
      const problem = {
        title: 'Internal error',
        status: 500,
        code: 'internal',
        requestId: 'req_1',
        detail: 'It failed.',
      };
      await route.fulfill({ status: 500, contentType: 'application/problem+json', body: JSON.stringify(problem) });
    });
    await page.goto(`${console_.app.url}/settings/${name}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    assert.deepEqual(await barriers(page), [], `${name} while loading`);
    answer.resolve();
    await page.getByRole('button', { name: 'Retry' }).waitFor();
    assert.deepEqual(await barriers(page), [], `${name} failed`);
  }
  assert.deepEqual(tab.problems, []);
});
