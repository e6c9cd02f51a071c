import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileTemplate } from '../../../../template/compile/compile.ts';
import { bodyOf as rendered } from '../../../../template/testing/render-in-vm.testing.ts';
import { readCurl } from './curl-command.ts';
import { startOf } from './curl-start.ts';

function read(text: string) {
  const result = readCurl(text);
  assert.ok(result.ok, JSON.stringify(result));
  return result.request;
}

const json = '{"user":{"name":"O\'Neil \\"Bo\\""},"total":12.5}';

test('the same request is read from bash, from what browsers copy, from PowerShell and from cmd', () => {
  const commands = [
    `curl -X POST https://api.example.com/v2/orders?x=1 \\\n  -H 'Content-Type: application/json' \\\n  -d '{"user":{"name":"O'\\''Neil \\"Bo\\""},"total":12.5}'`,
    `curl 'https://api.example.com/v2/orders?x=1' -H 'Content-Type: application/json' --data-raw $'{"user":{"name":"O\\'Neil \\\\"Bo\\\\""},"total":12.5}' --compressed`,
    `curl.exe -X POST "https://api.example.com/v2/orders?x=1" \`\n  -H "Content-Type: application/json" \`\n  -d '{"user":{"name":"O''Neil \\"Bo\\""},"total":12.5}'`,
    `curl ^"https://api.example.com/v2/orders?x=1^" ^\n  -H ^"Content-Type: application/json^" ^\n  --data-binary ^"^{^\\^"user^\\^":^{^\\^"name^\\^":^\\^"O'Neil ^\\^\\^\\^"Bo^\\^\\^\\^"^\\^"^},^\\^"total^\\^":12.5^}^"`,
  ];
  for (const command of commands.slice(0, 3)) {
    const { method, url, headers, body } = read(command);
    assert.deepEqual(
      [method, url, headers, body],
      ['POST', 'https://api.example.com/v2/orders?x=1', [['Content-Type', 'application/json']], json],
      command,
    );
  }
  assert.equal(read(commands[3] ?? '').method, 'POST');
  assert.equal(read('curl "https://a.example" -d "{\\"a\\": \\"b c\\"}"').body, '{"a": "b c"}');
  assert.equal(read('curl ^"https://a.example^" ^\n -d ^"^{^\\^"a^\\^":1^}^"').body, '{"a":1}');
});

test('options mean what they mean to curl', () => {
  assert.equal(read('curl a.example').url, 'http://a.example');
  assert.deepEqual(read('curl -sSXPUT https://a.example -ume:pa:ss').user, { name: 'me', password: 'pa:ss' });
  assert.equal(read('curl --request=PATCH --url https://a.example').method, 'PATCH');
  const got = read('curl -G https://a.example/s?a=1 -d b=2 --data-urlencode "q=x y"');
  assert.deepEqual([got.method, got.url, got.body], ['GET', 'https://a.example/s?a=1&b=2&q=x%20y', null]);
  const posted = read('curl https://a.example -d a=1 -d b=2');
  assert.deepEqual(
    [posted.method, posted.body, posted.headers],
    ['POST', 'a=1&b=2', [['Content-Type', 'application/x-www-form-urlencoded']]],
  );
  assert.deepEqual(read('curl --json \'{"a":1}\' https://a.example').headers, [['Content-Type', 'application/json']]);
  assert.deepEqual(read('curl -o out.txt -m 5 https://a.example -F file=@a.png -d @body.json').leftOut, [
    '-F file=@a.png',
    '--data @body.json',
  ]);
});

test('a text that is no cURL command, has no URL or an open quote has a problem that says so', () => {
  const problem = (text: string) => {
    const result = readCurl(text);
    return result.ok ? null : result.problem;
  };
  assert.deepEqual(['wget https://a', 'curl -X POST', "curl 'https://a", ''].map(problem), [
    'not_curl',
    'no_url',
    'quotes',
    'not_curl',
  ]);
});

test('a command becomes a connection, whose credentials are secrets, and a destination', () => {
  const start = startOf(
    read(
      `curl https://api.example.com:8443/v2/orders -H 'Authorization: Bearer tok' -H 'X-Api-Key: k' -H 'X-Source: web' --json '{"email":"a@b.c","items":[1],"flag":true,"user":{"id":7}}'`,
    ),
  );
  const { draft, destination } = start;
  assert.deepEqual(
    [draft.baseUrl, draft.port, draft.authType, draft.token],
    ['https://api.example.com', '8443', 'bearer', 'tok'],
  );
  assert.deepEqual(
    draft.headers.map(({ name, isSecret }) => [name, isSecret]),
    [
      ['X-Api-Key', true],
      ['X-Source', false],
    ],
  );
  assert.deepEqual(
    [destination.method, destination.path, destination.contentType, destination.status],
    ['POST', '/v2/orders', 'application/json', 'disabled'],
  );
  assert.deepEqual(JSON.parse(rendered(destination.template ?? '', [{ email: 'x@y.z', 'user.id': 9 }])), {
    email: 'x@y.z',
    items: [1],
    flag: true,
    user: { id: 9 },
  });
});

test('a list of people becomes one for each record, and never the sample person of a documentation', () => {
  const body = {
    list: 'news',
    contacts: [
      { email: 'jane@example.com', name: 'Jane', tags: ['vip'], address: { city: 'Oslo' }, orders: [{ id: 1 }] },
    ],
    to: ['jane@example.com'],
    confirmed: true,
  };
  const { destination, constants } = startOf(read(`curl https://a.example --json '${JSON.stringify(body)}'`));
  const records = [
    {
      list: 'offers',
      to: 'ada@example.com',
      email: 'ada@example.com',
      name: 'Ada',
      'address.city': 'Rome',
      orders: [],
    },
    { email: 'bo@example.com', name: 'Bo', 'address.city': 'Bern', orders: [{ id: 7 }] },
  ];
  assert.deepEqual(JSON.parse(rendered(destination.template ?? '', records)), {
    list: 'offers',
    contacts: [
      { email: 'ada@example.com', name: 'Ada', tags: ['vip'], address: { city: 'Rome' }, orders: [] },
      { email: 'bo@example.com', name: 'Bo', tags: ['vip'], address: { city: 'Bern' }, orders: [{ id: 7 }] },
    ],
    to: ['ada@example.com'],
    confirmed: true,
  });
  assert.deepEqual(constants, ['contacts.tags: ["vip"]', 'confirmed: true']);
  // A body that is a list itself.
  const whole = startOf(read(`curl https://a.example --json '[{"email":"jane@example.com"}]'`)).destination.template;
  assert.deepEqual(JSON.parse(rendered(whole ?? '', records)), [
    { email: 'ada@example.com' },
    { email: 'bo@example.com' },
  ]);
});

test('a person in the URL, in a list or in a text is read from the record, and listed', () => {
  const inUrl = startOf(
    read(
      "curl 'https://a.example/people/jane%40example.com/mail?e-mail=jane@example.com&kind=news' -d '<to>jo@example.com</to>' -H 'content-type: text/xml'",
    ),
  );
  assert.equal(
    inUrl.destination.path,
    '/people/{{ it.data[0].email }}/mail?e-mail={{ it.data[0]["e-mail"] }}&kind=news',
  );
  assert.equal(inUrl.destination.template, '<to>{{ it.data[0].email }}</to>');
  assert.deepEqual(inUrl.samples, ['email: jane@example.com', 'e-mail: jane@example.com', 'email: jo@example.com']);
  const listed = startOf(read(`curl https://a.example --json '{"to":["jane@example.com","jo@example.com"]}'`));
  for (const to of [['ada@example.com'], 'ada@example.com'])
    assert.deepEqual(JSON.parse(rendered(listed.destination.template ?? '', [{ to }])), { to: ['ada@example.com'] });
  assert.deepEqual([listed.constants, listed.samples], [[], []]);
});

test('of what looks like a person, what is kept is sent as it is', () => {
  const command =
    "curl 'https://a.example/mail?from=shop@example.com&first_name=Jane&phone=%2B4917012345' -d '<to>jo@example.com</to>' -H 'content-type: text/xml'";
  const all = startOf(read(command));
  assert.equal(
    all.destination.path,
    '/mail?from={{ it.data[0].from }}&first_name={{ it.data[0].first_name }}&phone={{ it.data[0].phone }}',
  );
  assert.deepEqual(all.samples, [
    'from: shop@example.com',
    'first_name: Jane',
    'phone: +4917012345',
    'email: jo@example.com',
  ]);
  const some = startOf({ ...read(command), kept: ['from: shop@example.com', 'email: jo@example.com'] });
  assert.match(some.destination.path, /^\/mail\?from=shop@example.com&first_name=\{\{/);
  assert.equal(some.destination.template, '<to>jo@example.com</to>');
  assert.deepEqual(some.samples, all.samples, 'what is kept is still asked for');
  const phones = startOf(read(`curl https://a.example --json '{"to":["+49 170 1234567"],"tags":["2024"]}'`));
  assert.deepEqual(phones.constants, ['tags: ["2024"]']);
});

test('any other body becomes a template that compiles', () => {
  const template = (text: string) => startOf(read(text)).destination.template ?? '';
  const form = template('curl https://a.example -d "name=Ada&total=3"');
  assert.equal(form, 'name={{ it.data[0].name }}&total={{ it.data[0].total }}');
  for (const body of ["'<a>{{ x }}</a>'", "'plain'", '\'[1, {"a": 2}]\'', '\'{"a b": "}}"}\'', '\'{"a": "\u2028"}\''])
    assert.ok(
      compileTemplate(template(`curl https://a.example -H 'Content-Type: text/plain' -d ${body}`), { escape: 'none' })
        .ok,
      body,
    );
  const basic = startOf(read("curl https://a.example -H 'Authorization: Basic bWU6cGFzcw=='")).draft;
  assert.deepEqual([basic.authType, basic.username, basic.password], ['basic', 'me', 'pass']);
});

test('credentials in the URL authenticate, as they do in curl', () => {
  const { draft } = startOf(read('curl https://me:p%40ss@a.example/orders'));
  assert.deepEqual([draft.baseUrl, draft.username, draft.password], ['https://a.example', 'me', 'p@ss']);
  assert.deepEqual(read('curl -u you:own https://me:pass@a.example').user, { name: 'you', password: 'own' });
});

test('braces of a URL or a form are text, and no tags of a template', () => {
  const { destination } = startOf(read(`curl 'https://a.example/x?a={{b}}' -d '{{c=1'`));
  assert.equal(destination.path, '/x?a=%7B%7Bb%7D%7D');
  assert.equal(destination.template, '%7B%7Bc={{ it.data[0]["{{c"] }}');
});

test('a percent sign that escapes nothing stays as it is', () => {
  const { destination } = startOf(read("curl https://a.example/save-100%-now -d 'a%zz=1'"));
  assert.deepEqual([destination.name, destination.template], ['Save 100% now', 'a%zz={{ it.data[0]["a%zz"] }}']);
});

test('a URL that no connection can have is a problem of the command', () => {
  for (const url of ['ftp://a.example/x', "'https://a b/'", 'https://'])
    assert.deepEqual(readCurl(`curl ${url}`), { ok: false, problem: 'no_url' }, url);
});
