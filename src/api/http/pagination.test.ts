import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pageBytesMax, pageOfAll, pageOfSearch } from './pagination.ts';

type Item = { id: string; text: string };
const sortKeyOf = ({ id }: Item) => id;
const anywhere = { sortKeyOf, isSortKey: () => true };
/** Newest first. */
const itemsOf = (sizes: readonly number[]) =>
  sizes.map((size, n): Item => ({ id: String(sizes.length - n).padStart(4, '0'), text: 'x'.repeat(size) }));

test('pages of large items end early, and paging returns every item once in both directions', () => {
  const sizes = fc.array(fc.constantFrom(1, 1_000, pageBytesMax / 3, 2 * pageBytesMax), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 5 }), (all, limit) => {
      const items = itemsOf(all);
      const page = (cursor: string | null) => pageOfAll(items, { cursor: cursor ?? undefined, limit }, anywhere);
      const older: Item[] = [];
      let last: string | null = null;
      for (let at: ReturnType<typeof page> = page(null); ; at = page(last)) {
        older.push(...at.data);
        const characters = at.data.reduce((sum, { text }) => sum + text.length, 0);
        assert.ok(at.data.length > 0 && at.data.length <= limit);
        assert.ok(at.data.length === 1 || characters <= pageBytesMax);
        if (at.page.next === null) break;
        last = at.page.next;
      }
      assert.deepEqual(older, items);
      const newer: Item[] = [];
      let first = page(last).page.prev;
      while (first !== null) {
        const at = page(first);
        newer.unshift(...at.data);
        first = at.page.prev;
      }
      assert.deepEqual([...newer, ...page(last).data], items);
    }),
    { seed: 2, numRuns: 60 },
  );
});

test('a search whose page ends early continues after the last item of the page, not where the search stopped', async () => {
  const items = itemsOf([pageBytesMax / 2, pageBytesMax, 1]);
  const search = (found: Item[], reached: string | null) => {
    let calls = 0;
    return pageOfSearch({ limit: 10 }, anywhere, async () => (calls++ === 0 ? { found, reached } : null));
  };
  const { data, page } = await search(items, '0000');
  assert.equal(data.length, 1);
  assert.equal(Buffer.from(page.next ?? '', 'base64url').toString(), '<0003');
  const all = await search(items.slice(1), null);
  assert.equal(all.data.length, 1);
  assert.notEqual(all.page.next, null);
  assert.equal((await search(items.slice(2), null)).page.next, null);
});
