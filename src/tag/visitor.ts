import { randomId } from './random-id.ts';

/** What is known of a visitor. `session`: ends after half an hour without events. `page`: its number in the session. */
export type Visit = { visitor: string; session: string; page: number; user?: string | undefined };

const sessionMs = 1_800_000;
/** The longest time that browsers keep a cookie is 400 days. */
const cookieSeconds = 390 * 86_400;
const name = 'millrace';

/** The visitor, in a cookie of the site. `domain`: of the cookie, to share it among subdomains. */
export function createVisitor(domain: string | undefined) {
  /** Where the browser takes no cookie, it is the same visitor until the page is left. */
  let known: (Visit & { at: number }) | undefined;

  function write(value: string, seconds: number): void {
    const where = domain === undefined ? '' : `; Domain=${domain}`;
    const secure = location.protocol === 'https:' ? '; Secure' : '';
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in all browsers
    document.cookie = `${name}=${value}; Path=/; Max-Age=${seconds}; SameSite=Lax${where}${secure}`;
  }

  return {
    /** Counts an event of the visitor. `user`: as whom it was identified. */
    visit(isPage: boolean, user: string | undefined): Visit {
      const at = Date.now();
      const before = read() ?? known;
      const isGoing = before !== undefined && at - before.at < sessionMs;
      known = {
        visitor: before?.visitor ?? randomId(),
        session: isGoing ? before.session : randomId(),
        page: (isGoing ? before.page : 0) + (isPage ? 1 : 0),
        at,
        user: user ?? before?.user,
      };
      write(encodeURIComponent(JSON.stringify(known)), cookieSeconds);
      return known;
    },
    forget(): void {
      known = undefined;
      write('', 0);
    },
  };
}

/** The cookie, which other scripts of the page can write. */
function read(): (Visit & { at: number }) | undefined {
  try {
    const value = JSON.parse(
      decodeURIComponent(new RegExp(`(?:^|; )${name}=([^;]*)`).exec(document.cookie)?.[1] ?? ''),
    );
    return typeof value.visitor === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
