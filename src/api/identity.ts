import { allRights } from '../contract/rights.ts';
import type { Handlers } from './call.ts';

/** What a signed-in principal may know about itself. */
export function identityHandlers(): Handlers<'getMe'> {
  return {
    getMe: ({ principal, may }) => ({ name: principal.name, rights: allRights.filter(may) }),
  };
}
