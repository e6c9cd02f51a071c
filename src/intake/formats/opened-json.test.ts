import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AppError } from '../../contract/errors.ts';
import { openJson } from './opened-json.ts';

async function opened(text: string | Buffer) {
  const { around, count, itemAt } = await openJson(Buffer.from(text), 'batch');
  return { around, events: Array.from({ length: count }, (_, index) => itemAt(index)) };
}

const values = async (text: string | Buffer) =>
  (await opened(text)).events.map((one) => (one.ok ? one.value : one.code));

test('the events of a body are the elements of its list, wherever the list stands, or the body itself', async () => {
  const list = '[{"a":"1"} , {"b":"]}\\\\\\"[{,"}]';
  const both = [{ a: '1' }, { b: ']}\\"[{,' }];
  assert.deepEqual(await values(`{"batch":${list},"sentAt":"x"}`), both);
  assert.deepEqual(await values(` { "sentAt" : "x" , "batch" : ${list} } `), both);
  assert.deepEqual(await values(`\ufeff${list}\n`), both);
  assert.deepEqual(await values('{"event":"Buy","batch":"none"}'), [{ event: 'Buy', batch: 'none' }]);
  assert.deepEqual(await values('{"batch":[]}'), []);
  const { around } = await opened('{"writeKey":"k","batch":[{"around":1}],"context":{"ip":[1,null]}}');
  assert.deepEqual(around, { writeKey: 'k', context: { ip: [1, null] } });
  assert.equal((await opened('{"event":"Buy"}')).around, null);
});

test('an event that is no object, no JSON or no UTF-8, too deep or too large is refused alone', async () => {
  const bad = ['7', '"text"', '[1]', '{"a"}', '{a:1}', `{"a":${'['.repeat(40_000)}${']'.repeat(40_000)}}`];
  assert.deepEqual(await values(`[{"a":"1"},${bad.join(',')},{"z":"2"}]`), [
    { a: '1' },
    'invalid_events',
    'invalid_events',
    'invalid_events',
    'malformed_json',
    'malformed_json',
    'events_too_deep',
    { z: '2' },
  ]);
  const notUtf8 = Buffer.concat([Buffer.from('[{"a":"'), Buffer.from([0xff]), Buffer.from('"},{"b":"1"}]')]);
  assert.deepEqual(await values(notUtf8), ['malformed_json', { b: '1' }]);
  assert.deepEqual(await values(`[{"a":"${'x'.repeat(1_048_576)}"},{"b":"1"}]`), ['too_large', { b: '1' }]);
});

test('a body in which the events can’t be found is refused', async () => {
  const bodies = ['', ' ', '7', '"a"', '{', '{"batch":[', '{"batch":[1}', '[1,]', '[,]', '[1]]', '{"batch":[{}]'];
  for (const text of [...bodies, '{"a" 1}', '{a:1}', '[1 2]', '{"batch":[{}]} x'])
    await assert.rejects(opened(text), (error) => error instanceof AppError && error.code === 'malformed_json', text);
  const around = `{"batch":[{}],"context":"${'x'.repeat(70_000)}"}`;
  for (const text of [`[${'1,'.repeat(20_000)}1]`, around])
    await assert.rejects(opened(text), (error) => error instanceof AppError && error.code === 'too_large');
});

test('numbers keep their spelling, and words that Python writes for numbers are null', async () => {
  const text = '{"big":9007199254740993,"small":1.0E-7,"odd":NaN,"list":[-Infinity,Infinity,1],"text":"NaN Infinity"}';
  const [value] = await values(text);
  const list = [null, null, '1'];
  assert.deepEqual(value, { big: '9007199254740993', small: '1.0E-7', odd: null, list, text: 'NaN Infinity' });
  assert.deepEqual(await values('{"a":Nan}'), ['malformed_json']);
});

test('lone surrogates are replaced', async () => {
  assert.deepEqual(await values('{"a":"\\ud800x","b":[null,1,"\\uD83D\\uDE00"]}'), [
    { a: '\ufffdx', b: [null, 1, '😀'] },
  ]);
});

test('an event that is too deep is refused, with lone surrogates and without', async () => {
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  assert.deepEqual(await values(`[{"a":"\\ud800","b":${deep}}]`), ['events_too_deep']);
  assert.equal((await values(`[{"a":"x","b":${deep}}]`)).length, 1, 'its format refuses it');
});

test('an event is the same, and has the same JSON, in a small body and in a large one', async () => {
  const events = ['{"a":1.50,"b":[null,7]}', '{ "z": NaN }', '{"n":9007199254740993}', ''];
  const open = async (space: string) => {
    const body = `{"sentAt":"x","batch":[${events.join(`${space},`)}]}`;
    const { around, count, itemAt, jsonOf } = await openJson(Buffer.from(body), 'batch');
    const items = Array.from({ length: count }, (_, index) => itemAt(index));
    return { around, items, json: items.map((_, index) => Buffer.from(jsonOf(index)).toString()) };
  };
  // Without the last, which may have a lone surrogate, and with it.
  for (const last of ['{"last":true}', '{"\\ud800":"x"}']) {
    events[3] = last;
    const [small, large] = [await open(''), await open(' '.repeat(70_000))];
    assert.deepEqual(small.json, large.json);
    assert.deepEqual(small.json, events);
    assert.deepEqual(numbersAsTexts(small), numbersAsTexts(large));
  }
});

/** As events are stored: numbers whose spelling matters are texts already, and the others become texts. */
const numbersAsTexts = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, one: unknown) => (typeof one === 'number' ? String(one) : one));
