export type Page = { url: string; path: string; search: string; title: string; referrer: string };

/** The page that a single-page application showed before; at first the one that led here. */
let referrer = document.referrer;
let shown = '';

export function pageNow(): Page {
  const { href: url, pathname: path, search } = location;
  return { url, path, search, title: document.title, referrer };
}

/**
 * Reports the page, and each that a single-page application shows after it, also one that comes back from the cache for
 * back and forward. A fragment is a page when it is a path, such as `#/basket`.
 */
export function watchPages(viewed: () => void): void {
  let at = '';
  const look = () => {
    const { pathname, search, hash } = location;
    const now = pathname + search + (/^#!?\//.test(hash) ? hash : '');
    if (now === at) return;
    at = now;
    if (shown !== '') referrer = shown;
    viewed();
    shown = location.href;
  };
  // Applications set the title after the address, and change the address again when it leads elsewhere.
  const later = () => setTimeout(look);
  for (const name of ['pushState', 'replaceState'] as const) {
    const change = history[name];
    history[name] = function (...values) {
      change.apply(this, values);
      later();
    };
  }
  addEventListener('popstate', later);
  addEventListener('hashchange', later);
  addEventListener('pageshow', ({ persisted }) => {
    if (!persisted) return;
    at = '';
    look();
  });
  look();
}
