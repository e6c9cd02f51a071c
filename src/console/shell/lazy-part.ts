import { lazyRouteComponent } from '@tanstack/react-router';
import { apiQuery, queryClient } from '../data/data.ts';

const againMs = 1_000;

/**
 * A page, or a part of one, whose code is loaded when it is shown. While the server is away, that waits for it; code that
 * can't be loaded from a server that answers (another version runs there now) is the router's to tell.
 */
export const lazyPart: typeof lazyRouteComponent = (load, name) => lazyRouteComponent(() => patiently(load), name);

/** Links to style sheets that could not be loaded: a part that is loaded again doesn't ask for them again. */
const failedLinks = new Set<HTMLLinkElement>();
addEventListener(
  'error',
  ({ target }) => target instanceof HTMLLinkElement && target.rel === 'stylesheet' && failedLinks.add(target),
  { capture: true },
);

async function patiently<T>(load: () => Promise<T>): Promise<T> {
  for (let wasThere = false; ; ) {
    try {
      for (const link of failedLinks) link.replaceWith(link.cloneNode());
      failedLinks.clear();
      return await load();
    } catch (error) {
      if (wasThere) throw error;
      // It may have come back since.
      wasThere = await isServerThere();
      if (!wasThere) await new Promise((resolve) => setTimeout(resolve, againMs));
    }
  }
}

/** Asks, and lets the live indicator know. */
async function isServerThere(): Promise<boolean> {
  try {
    await queryClient.fetchQuery({ ...apiQuery('livez'), retry: false, staleTime: 0 });
    return true;
  } catch {
    return false; // whatever it answered, it does not serve
  }
}
