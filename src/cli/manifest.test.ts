import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError, exitCodes } from './exit.ts';
import { type ManifestOptions, manifestsIn } from './manifest.ts';

const options: ManifestOptions = {
  file: 'crm.yaml',
  kind: null,
  env: { CRM_TOKEN: 'from-env' },
  readSecret: async (path) => `content of ${path}\n`,
};

function refusal(text: string, more: Partial<ManifestOptions> = {}): string {
  try {
    manifestsIn(text, { ...options, ...more });
  } catch (error) {
    assert.ok(error instanceof CommandError);
    assert.equal(error.exitCode, exitCodes.usage);
    return error.message;
  }
  assert.fail('was accepted');
}

test('documents, lists and groups by kind are read the same way, from YAML and JSON', () => {
  const texts = [
    'kind: connection\nname: CRM\n---\nkind: behavior\nname: Bought\n',
    '- {kind: connection, name: CRM}\n- {kind: behavior, name: Bought}\n',
    'connections: [{name: CRM}]\nbehaviors: [{name: Bought}]\n',
    '{"connections": [{"name": "CRM"}], "behaviors": [{"name": "Bought"}]}',
  ];
  for (const text of texts) {
    const read = manifestsIn(text, options).map(({ kind, name }) => `${kind} ${name}`);
    assert.deepEqual(read, ['connection CRM', 'behavior Bought'], text);
  }
});

test('a command for one kind needs no kind in the file', () => {
  const [one] = manifestsIn('name: CRM\nbaseUrl: https://crm.example\n', { ...options, kind: 'connection' });
  assert.equal(one?.kind, 'connection');
});

test("a destination's name starts with its connection", () => {
  const [one] = manifestsIn('kind: destination\nconnection: CRM\nname: Orders\n', options);
  assert.equal(one?.name, 'CRM/Orders');
});

test('references to secrets are replaced at any depth', async () => {
  const text = 'kind: connection\nname: CRM\nauth: {token: {ref: "env:CRM_TOKEN"}}\nlist: [{ref: "file:/run/x"}]\n';
  const [one] = manifestsIn(text, options);
  const body = await one?.body();
  assert.deepEqual(body, { name: 'CRM', auth: { token: 'from-env' }, list: ['content of /run/x'] });
});

test('a missing variable or an unknown reference is refused when the body is made', async () => {
  for (const ref of ['env:NOPE', 'vault:x', 'file:']) {
    const [one] = manifestsIn(`{kind: connection, name: C, x: {ref: "${ref}"}}`, options);
    await assert.rejects(async () => one?.body(), CommandError);
  }
});

test('an invalid document is refused with the file and the reason', () => {
  assert.match(refusal('name: CRM\n'), /^crm\.yaml: a document has no "kind"/);
  assert.match(refusal('kind: conection\nname: CRM\n'), /"conection" is not a kind/);
  assert.match(refusal('kind: connection\n'), /has no "name"/);
  assert.match(refusal('kind: destination\nname: x\n'), /has no "connection"/);
  assert.match(refusal('connections: []\nconections: []\n'), /"conections" is not a kind/);
  assert.match(refusal('just text'), /not an object/);
  assert.match(refusal('a: [\n'), /^crm\.yaml: /);
  assert.match(refusal('a: [\n', { file: '-' }), /^The standard input: /);
});
