import type { NewId } from '../contract/ids.ts';
import { type DirectoryParts, loadDirectory } from './directory.ts';
import { createPasswordResets, type SendReset } from './password-resets.ts';
import { createPasswords, type Passwords } from './passwords.ts';
import type { Credential } from './principal.ts';
import { authenticator, endOf } from './principals.ts';
import { createSetup } from './setup.ts';
import { createSignIns } from './sign-in.ts';

/** Authentication and rights: everything that the API needs to know about the caller. */
export type Identity = Awaited<ReturnType<typeof createIdentity>>;

type IdentityParts = DirectoryParts & {
  newId: NewId;
  /** The value of MILLRACE_ADMIN_TOKEN; null: it is not set. */
  adminToken: string | null;
  passwords?: Passwords;
  /** Sends links to reset passwords; null: this server sends no e-mail. */
  sendReset: SendReset | null;
};

/** Loads the accounts and creates the services that use them. */
export async function createIdentity({
  adminToken,
  passwords = createPasswords(),
  sendReset,
  ...parts
}: IdentityParts) {
  const { now, newId } = parts;
  const directory = await loadDirectory(parts);
  const signIns = createSignIns({ directory, passwords, newId, now });
  return {
    authenticate: authenticator(directory, adminToken, now),
    /** Why a credential that `authenticate` refuses is not valid. */
    endOf: (credential: Credential) => endOf(credential, directory),
    directory,
    passwords,
    signIns,
    passwordResets: createPasswordResets({ directory, now, sendReset, failed: parts.failed }),
    setup: createSetup({ directory, passwords, signIns, newId, now }),
  };
}
