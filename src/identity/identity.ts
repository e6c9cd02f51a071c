import type { NewId } from '../contract/ids.ts';
import { type DirectoryParts, loadDirectory } from './directory.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { authenticator } from './principals.ts';
import { createSetup } from './setup.ts';
import { createSignIns } from './sign-in.ts';

/** Authentication and rights: everything that the API needs to know about the caller. */
export type Identity = Awaited<ReturnType<typeof createIdentity>>;

type IdentityParts = DirectoryParts & {
  newId: NewId;
  /** The value of MILLRACE_ADMIN_TOKEN; null: it is not set. */
  adminToken: string | null;
  passwords?: Passwords;
};

/** Loads the accounts and creates the services that use them. */
export async function createIdentity({ adminToken, passwords = createPasswords(), ...parts }: IdentityParts) {
  const { now, newId } = parts;
  const directory = await loadDirectory(parts);
  const signIns = createSignIns({ directory, passwords, newId, now });
  return {
    authenticate: authenticator(directory, adminToken, now),
    directory,
    passwords,
    signIns,
    setup: createSetup({ directory, passwords, signIns, newId, now }),
  };
}
