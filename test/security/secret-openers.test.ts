import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const src = fileURLToPath(new URL('../../src/', import.meta.url));

/** Where stored secrets are opened: where they are checked, sent, sealed and scrubbed. */
const rooms = [
  'connections/',
  'egress/',
  'secrets/',
  'alerts/senders/',
  'alerts/check-alert.ts',
  'api/documents/webhook-intake.ts',
  'intake/webhooks/verify.ts',
];

/** Where secrets of the operator's settings are opened, and which. */
const settings = new Map([
  ['pipeline/privacy.ts', 'the key of the codes that stand for masked values'],
  ['compose.ts', 'admin token, and the URL of the database, which no request reaches'],
  ['main.ts', 'the URL of the database that millrace doctor looks at'],
  ['storage/postgres-storage.ts', 'the URL of the database and the sealing keys'],
  ['rotate-secrets.ts', 'the URL of the database whose keys are rotated'],
  ['move-data.ts', 'the URL of the database that data moves to or from, and the sealing keys'],
  ['verify-audit.ts', 'the URL of the database'],
  ['operator-services.ts', 'the secret of this server at the identity provider'],
  ['storage/key-check.ts', 'sealing keys'],
  ['storage/inspect-postgres.ts', 'the sealing keys that the doctor compares'],
  ['storage/inspect.ts', 'how many sealing keys there are'],
  ['cli/server.ts', 'the token that commands sign in with'],
  ['cli/demo/cluster/cluster-demo.ts', 'the token that the demo shows its user, and the URL of the database'],
  ['cli/demo/demo.ts', 'the token that the demo shows its user'],
]);

const opens = /\.reveal\(|\breveal(?:IfThere)?\(|import \{[^}]*\breveal(?:IfThere)?\b[^}]*\} from/;

test('secrets are opened only in connections/, egress/, secrets/, alert senders and the check of webhooks, and operator settings where they are used', async () => {
  const files = (await readdir(src, { recursive: true })).filter(
    (file) => /\.tsx?$/.test(file) && !/\.(test|testing|conformance)\.ts$/.test(file) && file !== 'contract/secret.ts',
  );
  const openers: string[] = [];
  for (const file of files) if (opens.test(await readFile(`${src}${file}`, 'utf8'))) openers.push(file);
  assert.ok(openers.includes('connections/authenticator.ts') || openers.includes('connections/header-value.ts'));
  assert.deepEqual(
    openers.filter((file) => !rooms.some((room) => file.startsWith(room))).sort(),
    [...settings.keys()].sort(),
  );
});
