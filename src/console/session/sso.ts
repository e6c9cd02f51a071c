import { localPathMax, localPathPattern } from '../../contract/accounts/credentials.ts';
import { useApi } from '../data/api.ts';

/** Begins single sign-on: leaves the console for the provider. `to`: the page to open afterwards. */
export function useSso() {
  const begin = useApi('beginSingleSignOn', { isRead: true });
  return {
    ...begin,
    begin: ({ to, connect = false }: { to: string; connect?: boolean }) =>
      // The address of a page with many filters may be too long to be kept.
      begin.mutate(
        { body: { to: to.length <= localPathMax && localPathPattern.test(to) ? to : '/', connect } },
        { onSuccess: ({ authorizationUrl }) => location.assign(authorizationUrl) },
      ),
  };
}
