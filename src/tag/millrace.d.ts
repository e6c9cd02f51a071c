// The types of `/tag.js`, for pages in TypeScript: `curl -O https://collect.example/tag.d.ts`.

/** Values of an event. They are stored as text; lists and objects stay. */
type MillraceData = { readonly [name: string]: unknown };

interface Millrace {
  /** Something that the visitor did, under a name of your choice. */
  (command: 'track', name: string, data?: MillraceData): void;
  /** A page view. Page views are sent automatically, unless the script element has `data-pages="off"`. */
  (command: 'page', data?: MillraceData): void;
  /** Who the visitor is. The id is sent with all later events, until `reset`. */
  (command: 'identify', userId: string, traits?: MillraceData): void;
  /** Whether the visitor agrees. False removes what is stored, and nothing more is sent. */
  (command: 'consent', given: boolean): void;
  /** Forgets the visitor, at a sign-out: the next event has new ids. */
  (command: 'reset'): void;
  /** Calls made before the script was loaded, when the page defines a function that keeps them. */
  q?: ArrayLike<unknown>[];
}

declare var millrace: Millrace;

interface Window {
  millrace: Millrace;
}
