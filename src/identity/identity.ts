import type { NewId } from '../contract/ids.ts';
import { type DirectoryParts, loadDirectory } from './directory.ts';
import { createPasswordResets, type SendReset } from './password/password-resets.ts';
import { createPasswords, type Passwords } from './password/passwords.ts';
import type { Credential } from './principal.ts';
import { createPrincipals, credentialEnd } from './principals.ts';
import { createSetup } from './setup.ts';
import { createSignIns } from './sign-in.ts';
import { signInDelays } from './sign-in-delays.ts';
import { type OpenIdSettings, openIdProvider } from './single-sign-on/openid-provider.ts';
import { createSingleSignOn } from './single-sign-on/single-sign-on.ts';

/** Authentication and rights: everything that the API needs to know about the caller. */
export type Identity = Awaited<ReturnType<typeof createIdentity>>;

type IdentityParts = DirectoryParts & {
  newId: NewId;
  /** The value of MILLRACE_ADMIN_TOKEN; null: it is not set. */
  adminToken: string | null;
  passwords?: Passwords;
  /** Sends links to reset passwords; null: this server sends no e-mail. */
  sendReset: SendReset | null;
  /** Single sign-on; null: none. */
  openId: OpenIdOptions | null;
};

export type OpenIdOptions = Omit<Parameters<typeof openIdProvider>[0], 'now'> & {
  settings: OpenIdSettings;
  /** The names of roles by group. */
  roles: ReadonlyMap<string, string>;
  /** The label of the button. */
  label: string;
};

/** Loads the accounts and creates the services that use them. */
export async function createIdentity(parts: IdentityParts) {
  const { now, newId, adminToken, passwords = createPasswords(), sendReset, openId } = parts;
  const directory = await loadDirectory(parts);
  const principals = createPrincipals(directory, adminToken, now);
  const delays = signInDelays(parts.accounts.attempts, now);
  const signIns = createSignIns({ directory, principals, passwords, delays, newId, now });
  return {
    authenticate: principals.authenticate,
    /** Why a credential that `authenticate` refuses is not valid. */
    credentialEnd: (credential: Credential) => credentialEnd(credential, directory),
    directory,
    passwords,
    signIns,
    passwordResets: createPasswordResets({ directory, now, sendReset, failed: parts.failed }),
    singleSignOn:
      openId === null
        ? null
        : createSingleSignOn({
            ...openId,
            directory,
            delays,
            signIns,
            newId,
            now,
            provider: openIdProvider({ ...openId, now }),
          }),
    setup: createSetup({ directory, passwords, signIns, newId, now }),
  };
}
