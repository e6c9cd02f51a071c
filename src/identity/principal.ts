import type { Right } from '../contract/accounts/rights.ts';

/**
 * Who asks: a user's session, a token, or the holder of MILLRACE_ADMIN_TOKEN. `id` (usr_…, tok_…, `admin_token`) stays
 * the same as long as there is such a principal; `name` stands in `updatedBy` and in the log.
 */
export type Principal = {
  id: string;
  name: string;
  /** All of them, the View that each Manage implies too. */
  rights: ReadonlySet<Right>;
  /** Whether it acts with the Administrator role. */
  isAdministrator: boolean;
  /** The user whose session or token it is; null: none. */
  userId: string | null;
  sessionId: string | null;
  tokenId: string | null;
};

/** What a request brings to show who it is from. */
export type Credential = { kind: 'token' | 'session'; value: string };

/**
 * Tells whose credential this is, as of now; null when it is nobody's (any more). It counts as a use, which keeps a
 * session from ending, unless it is only looked at.
 */
export type Authenticate = (credential: Credential, only?: 'look') => Principal | null;
