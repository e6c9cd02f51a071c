import type { NewId } from '../contract/ids.ts';
import { type DirectoryParts, loadDirectory } from './directory.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import { authenticator } from './principals.ts';
import { createSetup } from './setup.ts';
import { createSignIns } from './sign-in.ts';

/** Who is asking, and what they may: everything that the API needs to know of it. */
export type Identity = Awaited<ReturnType<typeof createIdentity>>;

type IdentityParts = DirectoryParts & {
  newId: NewId;
  /** The value of MILLRACE_ADMIN_TOKEN; null: there is none. */
  adminToken: string | null;
  passwords?: Passwords;
};

/** Loads the accounts and puts together what works on them. */
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
