import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer } from '../../api/testing/server.testing.ts';
import { Secret } from '../../contract/secret.ts';
import { cli } from '../cli.testing.ts';

let server: Awaited<ReturnType<typeof startTestServer>>;
let url: string;
before(async () => {
  server = await startTestServer();
  url = await server.listen({ host: '127.0.0.1', port: 0 });
});
after(() => server.close());

async function run(argv: string[], { token = 'admin', stdin = '' } = {}) {
  const one = cli({ settings: { url, adminToken: new Secret(token, '') }, stdin });
  const code = await one.run(...argv);
  return { code, ...one.written };
}

async function done(argv: string[], how: Parameters<typeof run>[1] = {}): Promise<string> {
  const { code, out, err } = await run(argv, how);
  assert.deepEqual([code, err], [0, ''], argv.join(' '));
  return out;
}

test('a user is created with a role, gets an invitation once, is changed by e-mail, and deleted', async () => {
  assert.match(
    await done(['roles', 'create', 'Front desk', '--right', 'deliveries:manage', 'payloads:view']),
    /^created role Front desk \(rol_\w+\)\n$/,
  );
  const made = await done(['users', 'create', 'mara@shop.example', '--role', 'front DESK']);
  assert.match(made, /^created user mara@shop\.example \(usr_\w+\)\nhttp\S+\/welcome#invite=\S+ {2}\(works once/);
  assert.match(
    await done(['users', 'list', '--role', 'Front desk']),
    /\nusr_\w+ {2}mara@shop\.example {2}enabled, invited {2}Front desk {2}– /,
  );
  const again = JSON.parse(await done(['users', 'invite', 'MARA@shop.example', '--output', 'json']));
  assert.ok(!made.includes(again.inviteUrl));
  await done(['users', 'change', 'mara@shop.example', '--status', 'disabled', '--no-roles']);
  await done(['users', 'change', 'mara@shop.example', '--password-stdin'], { stdin: 'correct horse battery\n' });
  const shown = await done(['users', 'get', 'mara@shop.example']);
  assert.match(shown, /status: disabled\nroleIds: \[\]\ninvited: false\n/);
  assert.ok(!shown.includes('inviteUrl'));
  await done(['roles', 'change', 'Front desk', '--name', 'Desk', '--right', 'deliveries:view']);
  assert.match(await done(['roles', 'list']), /\nrol_\w+ +Desk +1 +0 +no\n/);
  assert.match(await done(['users', 'delete', 'mara@shop.example']), /^deleted user mara@shop\.example/);
  await done(['roles', 'delete', 'Desk']);
});

test('the value of a token is printed once, and works; an ambiguous name is refused', async () => {
  const made = await done(['tokens', 'create', 'Import', '--right', 'events:view', '--days', '30']);
  const value = /^(mlr_\S+) {2}\(not shown again\)$/m.exec(made)?.[1] ?? '';
  assert.match(await done(['tokens', 'list', '--mine'], { token: value }), /^ID/);
  assert.match(await done(['tokens', 'list']), /\ntok_\w+ {2}Import +– +1 +2026-\S+Z /);
  assert.ok(!(await done(['tokens', 'get', 'Import'])).includes(value));
  await done(['tokens', 'change', 'Import', '--no-expiry', '--name', 'import']);
  assert.match(await done(['tokens', 'get', 'import']), /expiresAt: null/);

  const second = JSON.parse(await done(['tokens', 'create', 'Import', '--right', 'users:view', '--output', 'json']));
  const unclear = await run(['tokens', 'delete', 'import']);
  assert.equal(unclear.code, 3);
  assert.match(unclear.err, /2 tokens have the name import. Use an id: tok_/);
  assert.match(await done(['tokens', 'delete', second.id]), /^deleted token Import/);
  await done(['tokens', 'delete', 'Import', '--mine']);
  assert.equal((await run(['tokens', 'list', '--mine'], { token: value })).code, 3);
});

test('a refusal of the server ends with 3 and its message', async () => {
  await done(['roles', 'create', 'Used', '--right', 'events:view']);
  await done(['users', 'create', 'otto@shop.example', '--role', 'Used', '--password-stdin'], {
    stdin: 'correct horse battery',
  });
  for (const [argv, words] of [
    [['roles', 'delete', 'Used'], /Used by user otto@shop\.example/],
    [['roles', 'delete', 'Administrator'], /can.t be changed/],
    [['users', 'create', 'otto@shop.example'], /A user with the e-mail otto@shop\.example already exists/],
    [['users', 'create', 'nobody'], /Must be an e-mail address/],
    [['users', 'get', 'nobody@shop.example'], /No user has the name nobody@shop\.example/],
    [['users', 'create', 'eva@shop.example', '--role', 'Nothing'], /No role has the name Nothing/],
  ] as const) {
    const { code, err } = await run([...argv]);
    assert.equal(code, 3, argv.join(' '));
    assert.match(err, words);
  }
});
