import { createHmac } from 'node:crypto';
import { recentKeys } from '../../async/rate-limiter.ts';
import { AppError } from '../../contract/errors.ts';
import type { NewId } from '../../contract/ids.ts';
import { addressGroup } from '../address-group.ts';
import type { Directory } from '../directory.ts';
import { newSecret } from '../one-time-secret.ts';
import type { NewSession, SignInContext, SignIns } from '../sign-in.ts';
import type { SignInDelays } from '../sign-in-delays.ts';
import type { AuthorizationResponse, Identified, OpenIdProvider, SignInSecrets } from './openid-provider.ts';
import { peopleOf, stale } from './people.ts';

export type SingleSignOn = ReturnType<typeof createSingleSignOn>;

type Parts = {
  directory: Directory;
  provider: OpenIdProvider;
  delays: SignInDelays;
  /** The names of roles by group. */
  roles: ReadonlyMap<string, string>;
  /** The label of the button. */
  label: string;
  signIns: SignIns;
  newId: NewId;
  now: () => number;
};

/** What a browser keeps of a sign-in that it began. `linkTo`: the session whose user is to be connected. */
export type Begun = { secret: string; linkTo: string | null };

const freeOfAddress = 20;
const usedMax = 10_000;

/**
 * Sign-in with OpenID Connect. State, nonce and PKCE verifier are derived from one secret that only the browser has, so
 * the server keeps nothing of a sign-in until it is completed.
 */
export function createSingleSignOn({ directory, provider, delays, roles, label, signIns, newId, now }: Parts) {
  const used = recentKeys<true>(usedMax);
  const people = peopleOf({ directory, issuer: provider.issuer, roles, newId, now });

  /** With the digest of the session, a connection can't be begun for the browser of another person. */
  function secretsOf({ secret, linkTo }: Begun): SignInSecrets {
    const session = linkTo === null ? '' : directory.snapshot.sessions.get(linkTo)?.digest;
    if (session === undefined) throw stale();
    const derived = (use: string) => createHmac('sha256', secret).update(`${use} ${session}`).digest('base64url');
    return { state: derived('state'), nonce: derived('nonce'), verifier: derived('verifier') };
  }

  return {
    label,
    missingRoles: people.missingRoles,
    /** Begins a sign-in: what the browser keeps, and the URL to open. Throws AppError `sso_unavailable`. */
    async begin(linkTo: string | null): Promise<Begun & { authorizationUrl: string }> {
      const begun = { secret: newSecret(), linkTo };
      return { ...begun, authorizationUrl: await provider.authorizationUrl(secretsOf(begun)) };
    },
    /**
     * The person with whom the provider answers a sign-in that this browser began. Throws AppError `sso_failed`,
     * `sso_unavailable`, `sign_in_delayed`.
     */
    async identify(given: AuthorizationResponse, begun: Begun, address: string): Promise<Identified> {
      const secrets = secretsOf(begun);
      if (given.state !== secrets.state || used.get(secrets.state) === true) throw stale();
      const counters = [{ key: `sso ${addressGroup(address)}`, free: freeOfAddress }];
      used.set(secrets.state, true);
      await delays.begin(counters).catch((error: unknown) => {
        used.delete(secrets.state);
        throw error;
      });
      try {
        const person = await provider.identify(given, secrets);
        await delays.undo(counters);
        return person;
      } catch (error) {
        // The fault of the provider, not of the person.
        if (error instanceof AppError && error.code === 'sso_unavailable') await delays.undo(counters);
        throw error;
      }
    },
    /** The id of the user of a person; null: none yet. */
    userIdOf: (person: Identified): string | null => people.holderOf(directory.snapshot, person)?.id ?? null,
    /** Signs a person in; at first creates the user, or connects it. Throws AppError `sso_refused`. */
    async enter(person: Identified, begun: Begun, visit: SignInContext): Promise<NewSession> {
      await people.dismiss(person, visit);
      const secret = newSecret();
      return directory.change((snapshot) => {
        const plan = people.planOf(snapshot, person, { linkTo: begun.linkTo, visit });
        const opened = signIns.opening(snapshot, plan.user, secret, visit);
        return { ...opened, entries: [...plan.entries, ...opened.entries] };
      });
    },
  };
}
