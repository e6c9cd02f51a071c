import type { Right } from '../contract/accounts/rights.ts';

/**
 * The authenticated caller: a user's session, a token, or the holder of MILLRACE_ADMIN_TOKEN. `id` (usr_…, tok_…,
 * `admin_token`) is stable as long as the principal exists; `name` is shown in `updatedBy` and in the log.
 */
export type Principal = {
  id: string;
  name: string;
  /** All rights, including the View that each Manage implies. */
  rights: ReadonlySet<Right>;
  /** Whether it has the Administrator role. */
  isAdministrator: boolean;
  /** The user of the session or token; null: none. */
  userId: string | null;
  sessionId: string | null;
  tokenId: string | null;
};

/** The credential of a request. */
export type Credential = { kind: 'token' | 'session'; value: string };

/**
 * The principal of a credential at this time; null when the credential is invalid or has ended. Counts as a use,
 * which keeps a session alive, unless `only` is 'look'.
 */
export type Authenticate = (credential: Credential, only?: 'look') => Principal | null;
