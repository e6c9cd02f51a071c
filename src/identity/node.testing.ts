import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { Accounts } from '../accounts/accounts.ts';
import { idSource } from '../contract/ids.ts';
import { createIdentity, type Identity } from './identity.ts';
import { createPasswords } from './password/passwords.ts';

/** The identity of one of the nodes that share accounts, without an admin token, mail or single sign-on. */
export function identityOfNode(accounts: Accounts, now: () => number): Promise<Identity> {
  return createIdentity({
    accounts,
    adminToken: null,
    passwords: createPasswords({ memoryKiB: 8, passes: 1 }),
    now,
    newId: idSource(now, randomBytes),
    failed: (error) => assert.fail(String(error)),
    scrub: (text) => text,
    audited: () => {},
    sendReset: null,
    openId: null,
  });
}
