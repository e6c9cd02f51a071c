import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CompletionContext } from '@codemirror/autocomplete';
import { EditorState } from '@codemirror/state';
import { completeTemplate } from './completion.ts';

const known = {
  fields: [{ name: 'wt.dcsvid', type: 'text', share: 1, example: 'v-1' }],
  basis: { kind: 'ever' as const },
};

/** The labels of the completions at the `|` in a template. */
function offered(marked: string): string[] {
  const pos = marked.indexOf('|');
  const state = EditorState.create({ doc: marked.replace('|', '') });
  return (completeTemplate(new CompletionContext(state, pos, false), known)?.options ?? []).map(({ label }) => label);
}

test('fields are offered in a tag at the start of a line, in a JSON text, and before its closing quote', () => {
  for (const template of [
    '{{ it.data[0].|',
    '{"name": "{{ it.data[0].|',
    '{"name": "{{ it.data[0].|"}',
    '{"name": "{{ it.data[0].|}}"}',
    '{"a": "{{ it.data[0].x }}", "name": "{{ it.data[0].|"}',
  ])
    assert.deepEqual(offered(template), ['.wt.dcsvid'], template);
});

test('outside of tags nothing is offered while typing', () => {
  for (const template of ['{"name": "|', '{"name": "{{ it.data[0].x }}|"}'])
    assert.deepEqual(offered(template), [], template);
});
