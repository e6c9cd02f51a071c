import { useApi } from '../data/api.ts';

/** Begins single sign-on: leaves the console for the provider. `to`: the page to open afterwards. */
export function useSso() {
  const begin = useApi('beginSingleSignOn', { isRead: true });
  return {
    ...begin,
    begin: (body: { to: string; connect?: boolean }) =>
      begin.mutate({ body }, { onSuccess: ({ authorizationUrl }) => location.assign(authorizationUrl) }),
  };
}
