import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import { composeProgram } from '../compile/program.ts';
import { scan } from '../parse/scanner.ts';
import { CORPUS, CORPUS_INPUT } from '../testing/corpus.testing.ts';
import { renderInVm } from '../testing/render-in-vm.testing.ts';
import { formatTemplate } from './format.ts';

function formatted(text: string): string {
  return formatTemplate(text)
    .toReversed()
    .reduce((whole, { from, to, insert }) => whole.slice(0, from) + insert + whole.slice(to), text);
}

/** The result of a template: its output, or its problems with their lines. */
function outcome(template: string, realm: vm.Context) {
  const composed = composeProgram({
    template,
    escape: 'none',
    contentType: 'text/plain',
    path: '/',
    headers: [],
    mapping: null,
  });
  if (!composed.ok) return composed.problems.map(({ message, line }) => `${line}: ${message}`);
  const output = renderInVm(template, CORPUS_INPUT, { escape: 'none', contentType: 'text/plain' }, realm);
  return 'column' in output ? { ...output, column: undefined } : output;
}

/** A generator of numbers that are the same in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 8) % below;
  };
}

/** The template with spaces and line ends inserted between its JavaScript tokens. */
function strewn(template: string, pick: (below: number) => number): string {
  const places = scan(template).pieces.flatMap((piece) =>
    piece.kind === 'text'
      ? []
      : [piece.contentStart, ...piece.tokens.flatMap(({ start, end }) => [start, end])].filter((place) =>
          // Not inside of backticks, where white space is text.
          piece.tokens.every(({ kind, start, end }) => kind !== 'string' || place <= start || place >= end),
        ),
  );
  const blanks = ['\n', ' \n', '\n    ', '\t\n \t', '\r\n  ', '\r', '\n\n  \n', '  '];
  return [...new Set(places)]
    .toSorted((one, other) => other - one)
    .reduce(
      (text, place) =>
        pick(3) > 0 ? text : text.slice(0, place) + (blanks[pick(blanks.length)] ?? '') + text.slice(place),
      template,
    );
}

test('formatting never changes the output of a template, the line of its errors, or its text; formatting twice equals formatting once', () => {
  const realm = vm.createContext({});
  const pick = numbers(7);
  let changed = 0;
  for (const { template } of CORPUS)
    for (const text of [template, strewn(template, pick), strewn(template, pick)]) {
      const once = formatted(text);
      assert.equal(formatted(once), once, JSON.stringify(text));
      if (once === text) continue;
      changed++;
      assert.deepEqual(outcome(once, realm), outcome(text, realm), JSON.stringify(text));
      assert.equal(once.replace(/[ \t]+/g, ''), text.replace(/[ \t]+/g, ''), JSON.stringify(text));
    }
  assert.ok(changed > 250, `${changed} were changed at all`);
});

test('lines are indented by nesting depth, and trailing white space is removed', () => {
  const cases: [name: string, text: string, expected: string][] = [
    [
      'blocks, objects and calls',
      '{{!\nconst a = { \n b: [\n1,\n 2 ],\n};\n      for (const d of it.data) {\nif (d.x) {\nlines.push({\nid: d.id,\n});\n}\n}\nreturn a;\n  }}',
      '{{!\n  const a = {\n    b: [\n      1,\n      2 ],\n  };\n  for (const d of it.data) {\n    if (d.x) {\n      lines.push({\n        id: d.id,\n      });\n    }\n  }\n  return a;\n}}',
    ],
    [
      'a tag that begins on the line of its code',
      '{{! return JSON.stringify({\na: it.data[0].a,\n      b: 1\n  }); }}',
      '{{! return JSON.stringify({\n  a: it.data[0].a,\n  b: 1\n}); }}',
    ],
    [
      'continued lines',
      '{{!\nconst a =\nb +\nc,\nd = 1;\nreturn it.data\n.map((one) => one.id)\n.join();\n}}',
      '{{!\n  const a =\n    b +\n    c,\n    d = 1;\n  return it.data\n    .map((one) => one.id)\n    .join();\n}}',
    ],
    [
      'branches without braces, and cases',
      '{{!\nif (a)\nreturn 1;\nelse\nreturn 2;\nswitch (b) {\ncase 1:\nx();\nbreak;\ndefault:\ny();\n}\n}}',
      '{{!\n  if (a)\n    return 1;\n  else\n    return 2;\n  switch (b) {\n    case 1:\n      x();\n      break;\n    default:\n      y();\n  }\n}}',
    ],
    [
      'a tag inside of a document follows its line',
      '{\n    "a": {{\nit.data[0].a  \n| upper\n}}\n}',
      '{\n    "a": {{\n      it.data[0].a\n      | upper\n    }}\n}',
    ],
    [
      'comments',
      '{{!\n// one  \nconst a = 1; // two   \n/* three\n   stays   \n*/\nreturn a;\n}}',
      '{{!\n  // one  \n  const a = 1; // two   \n  /* three\n   stays   \n*/\n  return a;\n}}',
    ],
    ['tabs where there are tabs', '\t{{!\nreturn 1\n}}', '\t{{!\n\t\treturn 1\n\t}}'],
  ];
  for (const [name, text, expected] of cases) assert.equal(formatted(text), expected, name);
});

test('texts in backticks, text around tags and unclosed templates stay unchanged', () => {
  for (const text of [
    '  text  \n   {{ it.a }}  \n\t x ',
    '{{! return `\n  a  \n\x24{ it.a }\n    b`; }}',
    '{{! return `\n\x24{1}`; }}',
    "{{! return 'a\\\n   b'; }}",
    '{{!\n    const a = (1;',
    '',
  ])
    assert.equal(formatted(text), text, JSON.stringify(text));
});
