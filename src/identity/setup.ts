import { administratorRoleId } from '../contract/accounts/rights.ts';
import { AppError } from '../contract/errors.ts';
import type { NewId } from '../contract/ids.ts';
import { hasAdministrator } from './account-snapshot.ts';
import type { Directory } from './directory.ts';
import { accountEntry } from './grants.ts';
import { digestOf, isSameDigest, newSecret } from './one-time-secret.ts';
import { checkPassword } from './password/password-policy.ts';
import type { Passwords } from './password/passwords.ts';
import { administratorToken } from './principals.ts';
import type { SignInContext, SignIns } from './sign-in.ts';
import { createUser, namedOf } from './users.ts';

type Parts = { directory: Directory; passwords: Passwords; signIns: SignIns; newId: NewId; now: () => number };

/** The setup of an installation without an administrator. */
export function createSetup({ directory, passwords, signIns, newId, now }: Parts) {
  const isOpen = () => !hasAdministrator(directory.snapshot.users.values());
  let token = isOpen() ? newSecret() : null;
  // For good: a link that was used must not work again when no administrator is left.
  directory.watch(() => {
    if (!isOpen()) token = null;
  });

  return {
    /** The token of the setup link, generated at each start; null: an administrator exists, or existed since. */
    get token(): string | null {
      return token;
    },
    /** Whether no administrator exists yet. */
    isOpen,
    /** Creates the first administrator and signs in. Throws AppError `setup_done`, `unauthorized`. */
    async setUp(given: { setupToken: string; email: string; password: string }, visit: SignInContext) {
      const { setupToken, email, password } = given;
      if (!isOpen()) throw new AppError('setup_done');
      if (token === null || !isSameDigest(digestOf(setupToken), digestOf(token)))
        throw new AppError(
          'unauthorized',
          'This setup link is not valid here. The server prints a new one when it starts; each of several nodes has its own.',
        );
      checkPassword(password, email);
      const passwordHash = await passwords.hash(password);
      await directory.change((snapshot) => {
        if (hasAdministrator(snapshot.users.values())) throw new AppError('setup_done');
        const at = now();
        const input = { email, status: 'enabled' as const, roleIds: [administratorRoleId] };
        const principal = { ...administratorToken, name: email };
        const plan = createUser(snapshot, input, { passwordHash }, newId, { principal, author: visit.author, at });
        const author = { ...visit.author, principal: email, principalId: plan.user.id };
        return { ...plan, entries: [accountEntry({ author, at }, 'set_up', namedOf(plan.user))] };
      });
      return signIns.signIn({ email, password }, visit);
    },
  };
}
