import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf } from '../testing/render-in-vm.testing.ts';
import { withFormerLineBreaks } from './former-line-breaks.ts';

test('every value before a line break gets a mark that removes it, whatever its code ends with', () => {
  const cases: [template: string, marked: string, body: string][] = [
    ['{{ it.data[0].id }}\nx', '{{ it.data[0].id -}}\nx', '7x'],
    ['{{!let n = 1}}{{n--}}\n{{ n-- }}\n', '{{!let n = 1}}{{n-- -}}\n{{ n-- -}}\n', '10'],
    ['{{ 1 // one\n }}\n{{ /-/.test("-") }}\n', '{{ 1 // one\n -}}\n{{ /-/.test("-") -}}\n', '1true'],
    ['{{ "a" | upper }}\n{{* { a: { b: 2 }}.a.b}}\n', '{{ "a" | upper -}}\n{{* { a: { b: 2 }}.a.b -}}\n', 'A2'],
    ['{{ 1 }} \n{{ 2 -}}\n{{ 3 _}}\n{{ 4 }}\r\nx', '{{ 1 }} \n{{ 2 -}}\n{{ 3 _}}\n{{ 4 }}\r\nx', '1 \n234\nx'],
  ];
  for (const [template, marked, body] of cases) {
    assert.equal(withFormerLineBreaks(template), marked);
    assert.equal(bodyOf(marked, [{ id: 7 }], { escape: 'none' }), body, marked);
  }
});
