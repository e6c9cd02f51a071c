import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkTemplate, templateTokens } from './check.ts';

/** The problems of a template as `line:column message`. */
function problems(template: string, contentType = 'text/plain'): string[] {
  return checkTemplate(template, { contentType }).map(({ line, column, message, severity }) => {
    return `${line}:${column} ${severity === 'warning' ? 'warning: ' : ''}${message}`;
  });
}

test('a valid template has no problems', () => {
  assert.deepEqual(problems('{{! return JSON.stringify(it.data[0]); }}'), []);
  assert.deepEqual(problems('a {{ it.data[0].x | upper }} {{@if(1)}}b{{/if}}'), []);
});

const CASES: Record<string, [template: string, ...problems: string[]][]> = {
  'tags that do not end': [
    ['text\n  {{ it.a', '2:3 This tag is not closed: its `}}` is missing'],
    ['{{! const a = {\n b: 1 ', '1:1 `{` from line 1 is still open, so this tag never ends'],
    ['\n\n{{ f(1', '3:1 `(` from line 3 is still open, so this tag never ends'],
    ["{{ 'text }}", '1:4 The quoted text that starts here is not closed on its line'],
    ['{{! return `text }}', '1:13 The text that starts with a backtick is not closed'],
    ['{{! /* note }}', '1:5 The comment that starts with `/*` is not closed by `*/`'],
    ['{{! return /a }}', '1:12 The regular expression that starts here is not closed on its line'],
    [
      '{{! if (x) { return 1 }}\nmore',
      '1:24 This `}` closes nothing. Perhaps a `}` is missing before the `}}` that should end the tag',
    ],
    ['{{! x } }}', '1:7 This `}` closes nothing. A tag ends with `}}`'],
  ],
  'brackets that do not match': [
    ['{{!\n\n\n\n\n const a = f(1, 2;\n}}', '6:18 `(` from line 6 is still open'],
    ['{{!\n\n\n\n\n const a = f(1, 2\n}}', '7:1 `(` from line 6 is still open'],
    ['{{ f(1 }}', '1:8 `(` from line 1 is still open'],
    ['{{ f(1] }}', '1:7 `(` from line 1 is still open'],
    ['{{ f(1)) }}', '1:8 This `)` closes nothing'],
    ['{{ [1 }}', '1:7 `[` from line 1 is still open'],
    ['{{@if(it.a}}x{{/if}}', '1:11 `(` from line 1 is still open'],
    ['{{ 1 | default((2) }}', '1:20 `(` from line 1 is still open'],
  ],
  'JavaScript that does not parse': [
    ['{{ it.data[0] it.data[1] }}', '1:15 `it` does not belong here: a tag inserts one value'],
    ['{{ 1 + }}', '1:8 Something is missing before this place'],
    ['{{! const = 1 }}', '1:11 `=` does not belong here'],
    ['{{! const a = 1; const a = 2 }}', '1:24 The name `a` is declared twice'],
    ['{{! const a = 1 }}\n{{! const a = 2 }}', '2:11 The name `a` is declared twice'],
    ['{{! return await f() }}', '1:18 `f` does not belong here'],
    ['{{! import x from "y" }}', '1:5 `import` and `export` are not available in templates'],
    ['{{! import("x") }}', '1:5 `import` is not available in templates'],
    ['{{ return 1 }}', '1:4 `return` does not belong here'],
    ['{{! with (it) { } }}', '1:5 `with` is not available in templates'],
    ['{{ 1, 2 }}', '1:4 One value belongs here, not several with commas between'],
    ['{{! 1 = 2 }}', '1:5 A value can only be assigned to a name or a member'],
    ['{{! const x = /(/; }}', '1:15 Invalid regular expression: /(/: Unterminated group'],
  ],
  'source that would close the function around it': [
    ['{{! }); (function(){ }}', '1:5 This `}` closes nothing. A tag ends with `}}`'],
    ['{{ 1); f( }}', '1:5 This `)` closes nothing'],
    [
      '{{@if(true){ }}x{{/if}}',
      '1:15 This `}` closes nothing. Perhaps a `}` is missing before the `}}` that should end the tag',
    ],
    ['{{ 1 | default(1); x( }}', '1:18 `;` does not belong after a filter'],
    ['{{@each([1]) => a){} (b}}{{/each}}', '1:18 This `)` closes nothing'],
    ['{{@each([1]) => a, b => 5}}{{/each}}', '1:20 A value can only be assigned to a name or a member'],
    ['{{@each([1]) => (a) => b, (c)}}{{/each}}', '1:17 Names belong here, without brackets around each'],
    ['{{ 1 | default(1).f(2) }}', '1:18 `.` does not belong after a filter'],
  ],
  'blocks that are not closed, or closed wrongly': [
    ['a\n{{@if(1)}}b', '2:1 `{{@if}}` from line 2 is still open: write `{{/if}}` at its end'],
    ['b{{/if}}', '1:2 `{{/if}}` closes nothing: no block is open here'],
    ['{{@if(1)}}\n{{/each}}', '2:1 `{{@if}}` from line 1 is still open: write `{{/if}}` instead of `{{/each}}`'],
    [
      '{{@if(1)}}\n{{@each(it.data) => d}}\n{{/if}}',
      '3:1 `{{@each}}` from line 2 is still open: write `{{/each}}` before this `{{/if}}`',
    ],
    ['{{@if(1)}}{{/}}', '1:11 `{{@if}}` from line 1 is still open: write `{{/if}}` instead of `{{/}}`'],
    ['{{#else}}', '1:1 `{{#else}}` belongs between `{{@if(…)}}` and `{{/if}}`'],
    ['{{@each([]) => x}}{{#else}}{{/each}}', '1:19 `{{#else}}` belongs between `{{@if(…)}}` and `{{/if}}`'],
    ['{{@if(1)}}{{#else}}{{#elif(2)}}{{/if}}', "1:20 `{{#elif}}` can't follow `{{#else}}`"],
    ['{{@if(1)}}{{#else if(2)}}{{/if}}', '1:11 `{{#else if}}` is unknown. Write `{{#elif(…)}}`'],
    ['{{@if(1)}}{{#elsif(2)}}{{/if}}', '1:11 `{{#elsif}}` is unknown. There are `{{#elif(…)}}` and `{{#else}}`'],
    ['{{@if(1)}}{{#else(2)}}{{/if}}', '1:11 `{{#else}}` takes no condition: write `{{#elif(…)}}`'],
    ['{{@if(1)}}{{#elif}}{{/if}}', '1:11 A condition is missing: write `{{#elif(…)}}`'],
    ['{{@if it.a}}x{{/if}}', '1:1 Brackets are missing: write `{{@if(…)}}`'],
    ['{{@each}}x{{/each}}', '1:1 Brackets are missing: write `{{@each(…)}}`'],
    ['{{@if()}}x{{/if}}', '1:6 A value is missing between these brackets'],
    ['{{@if(1) => x}}y{{/if}}', '1:12 `{{@if(…)}}` takes no `=>`'],
    ['{{@if(1) 2}}y{{/if}}', '1:10 `2` does not belong here'],
    ['{{@each([1]) => 5}}{{/each}}', '1:17 A value can only be assigned to a name or a member'],
  ],
  'tags of Squirrelly that are not supported': [
    ['{{@include("x") /}}', '1:1 Partials are not available: put the text here, or build it in a `{{! }}` tag'],
    ['{{@includeFile("x")/}}', '1:1 Partials are not available: put the text here, or build it in a `{{! }}` tag'],
    ['{{@extends("x")}}{{/extends}}', '1:1 Layouts are not available: put the text here'],
    ['{{@extendsFile("x")}}{{/extendsFile}}', '1:1 Layouts are not available: put the text here'],
    ['{{@block("x")}}{{/block}}', '1:1 Layouts are not available: put the text here'],
    [
      '{{@try}}a{{#catch => e}}b{{/try}}',
      '1:1 `{{@try}}` is not available: use `try { … } catch { … }` inside of a `{{! }}` tag',
      '1:10 `{{#catch}}` is unknown. There are `{{#elif(…)}}` and `{{#else}}`',
    ],
    ['{{@async each(x)}}{{/async}}', '1:1 Asynchronous tags are not available: templates are synchronous'],
    [
      '{{@useScope(x)}}{{/useScope}}',
      '1:1 `{{@useScope}}` is not available: declare a name with `{{! const name = …; }}`',
    ],
    ['{{@for(x)}}{{/for}}', '1:1 Write `{{@each(list) => item, index}} … {{/each}}`'],
    ['{{@unless(x)}}{{/unless}}', '1:1 Write `{{@if(!condition)}} … {{/if}}`'],
    [
      '{{@myHelper(x)}}{{/myHelper}}',
      '1:1 `{{@myHelper}}` is unknown. There are `{{@if(…)}}`, `{{@each(…) => item, index}}` and `{{@foreach(…) => key, value}}`',
    ],
  ],
  filters: [
    ['{{ 1 | e }}', '1:8 There is no filter `e`. Values are escaped for the content type automatically'],
    ['{{ 1 | uppercase }}', '1:8 There is no filter `uppercase`. Write `upper`'],
    [
      '{{ 1 |\n nope(2) }}',
      '2:2 There is no filter `nope`. There are `json`, `upper`, `lower`, `trim`, `default`, `url`, `base64`, `sha256`, `md5`, `hmac`, `date`, `number`, `safe`',
    ],
    ['{{ 1 | }}', '1:6 The name of a filter is missing after this `|`'],
    ['{{ | upper }}', '1:4 A value is missing before this `|`'],
    ['{{ 1 | 2 }}', '1:6 `|` applies a filter. For a bitwise or, put brackets around it: `(a | b)`'],
    ['{{ 1 | upper.x }}', '1:13 `.` does not belong after a filter'],
    ['{{ 1 | default(1) 2 }}', '1:19 `2` does not belong after a filter'],
    ['{{ 1 | default(1 2) }}', '1:18 `2` does not belong here'],
  ],
  'only a warning': [
    ['a{{ }}b', '1:2 warning: This tag is empty and prints nothing'],
    ['{{ /* note */ }}', '1:1 warning: This tag is empty and prints nothing'],
    ['{{! total = 1 }}{{ total }}', '1:5 warning: `total` is never declared: write `let total = …`'],
    ['{{! it.data[0].x = 1 }}', '1:5 warning: `it` is read-only. Copy first: `const record = { ...it.data[0] };`'],
  ],
};

for (const [subject, cases] of Object.entries(CASES)) {
  test(`explains ${subject}, with line and column`, () => {
    for (const [template, ...expected] of cases) assert.deepEqual(problems(template), expected, template);
  });
}

test('JSON that would be escaped twice gets a warning', () => {
  const twice = 'JSON is escaped once more here: write `{{* … | json }}` to insert it unescaped';
  assert.deepEqual(problems('{"a": {{ it.x | json }}}', 'application/json'), [`1:7 warning: ${twice}`]);
  assert.deepEqual(problems('{"a": {{* it.x | json }}, "b": "{{ it.x | json }}"}', 'application/json'), []);
  assert.deepEqual(problems('{{ it.x | json }}', 'text/plain'), []);
});

test('all mistakes are found at once, in the order of the text', () => {
  assert.deepEqual(
    problems('{{ a b }}\n{{ 1 | nope2 }}\n{{@if(1)}}').map((text) => text.split(' ')[0]),
    ['1:6', '2:8', '3:1'],
  );
});

test('columns and lines count across all kinds of line ends', () => {
  assert.deepEqual(
    problems('a\r\nb\rc\n {{ ( }}').map((text) => text.split(' ')[0]),
    ['4:7'],
  );
});

test('the tokens of a template cover its tags, in order and without overlap', () => {
  const template = "a {{! const x = 'q'; // note\n return /r/ }} b {{ it.x | upper }} {{@if(1)}}`{{/if}}{{_ `t` _}}";
  const tokens = templateTokens(template);
  const texts = tokens.map(({ kind, start, end }) => `${kind}:${template.slice(start, end)}`);
  assert.deepEqual(
    texts.slice(0, 10),
    [
      'tag:{{! ',
      'keyword:const',
      'name:x',
      'punctuation:=',
      "string:'q'",
      'punctuation:;',
      'comment:// note',
      'keyword:return',
      'regex:/r/',
      'tag:}}',
    ].map((text) => (text === 'tag:{{! ' ? texts[0] : text)),
  );
  tokens.reduce((end, token) => {
    assert.ok(token.start >= end && token.end >= token.start);
    return token.end;
  }, 0);
});
