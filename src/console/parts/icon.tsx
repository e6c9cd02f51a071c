import type { ReactNode } from 'react';

/** Line icons on a 16 × 16 grid, drawn for this console. */
const paths = {
  home: 'M2.5 7.5 8 3l5.5 4.5M4 6.5V13h8V6.5M6.5 13V9.5h3V13',
  actions: 'M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z',
  behaviors: 'M2 5h3l6 6h3M2 11h3l2-2M9 7l2-2h3M12.3 3.3 14 5l-1.7 1.7M12.3 9.3 14 11l-1.7 1.7',
  connections:
    'M6.5 9.5 9.5 6.5M7.5 4.5l1.6-1.6a2.8 2.8 0 0 1 4 4L11.5 8.5M8.5 11.5l-1.6 1.6a2.8 2.8 0 0 1-4-4L4.5 7.5',
  events: 'M1.5 8.5h3l2-5 3 9 2-5.5h3',
  deliveries: 'M14 2 7 9M14 2 9.5 14 7 9 2 6.5z',
  collection: 'M8 2v7M5 6.5 8 9.5l3-3M2.5 9.5v3.2c0 .5.3.8.8.8h9.4c.5 0 .8-.3.8-.8V9.5',
  inbox: 'M2 9h3.5l1 2h3l1-2H14M2 9l2-6h8l2 6v3.5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1z',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.7 10.7 14 14',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.2 6.3c.2-2.3 3.6-2.2 3.6 0 0 1.3-1.8 1.4-1.8 2.7M8 11.2v.1',
  sun: 'M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.5V3M8 13v1.5M1.5 8H3M13 8h1.5M3.4 3.4l1 1M11.6 11.6l1 1M12.6 3.4l-1 1M4.4 11.6l-1 1',
  user: 'M8 8a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 8 8zM2.8 13.8c.6-3 2.5-4.3 5.2-4.3s4.6 1.3 5.2 4.3',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  plus: 'M8 3v10M3 8h10',
  dots: 'M3.5 8v.1M8 8v.1M12.5 8v.1',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 2 1.5 13.5h13zM8 6.5v3.2M8 11.6v.1',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  live: 'M5 3.2 12.5 8 5 12.8z',
  off: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.2 1.6',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13.2 2.2v2.9h-2.9',
  hand: 'M4.5 13.5v-6M4.5 7.5v-3M7 7V2.8M9.5 7V3.5M12 8V5M4.5 8.5 12 8v2.5c0 2-1.5 3.3-3.7 3.3H7.5',
  skip: 'M3 3.5 9 8l-6 4.5zM12.5 3.5v9',
  flask: 'M6.2 2h3.6M7 2v4L2.8 12.6c-.4.7 0 1.4.8 1.4h8.8c.8 0 1.2-.7.8-1.4L9 6V2M4.8 10h6.4',
  chevron: 'M6 3.5 10.5 8 6 12.5',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4',
  up: 'M8 13V3.5M4 7.5l4-4 4 4',
  down: 'M8 3v9.5M4 8.5l4 4 4-4',
  undo: 'M3 6.5h6.5a3.5 3.5 0 0 1 0 7H6M5.5 4 3 6.5 5.5 9',
  redo: 'M13 6.5H6.5a3.5 3.5 0 0 0 0 7H10M10.5 4 13 6.5 10.5 9',
  format: 'M2.5 3.5h11M5.5 6.5h8M5.5 9.5h8M2.5 12.5h11',
  expand: 'M9.5 2.5h4v4M13.5 2.5 9 7M6.5 13.5h-4v-4M2.5 13.5 7 9',
  code: 'M5.5 4.5 2 8l3.5 3.5M10.5 4.5 14 8l-3.5 3.5',
  settings:
    'M8 10a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6 5 5M11 11l1.4 1.4M12.4 3.6 11 5M5 11l-1.4 1.4',
  book: 'M8 4C6.5 2.9 4.5 2.6 2 2.8v9.6c2.5-.2 4.5.1 6 1.2 1.5-1.1 3.5-1.4 6-1.2V2.8c-2.5-.2-4.5.1-6 1.2zM8 4v9.6',
  play: 'M4.5 2.8v10.4L13 8z',
  webhook:
    'M5.2 8.4 7.6 4.6a2.6 2.6 0 1 1 2.9.5M8 4l2.5 4.4a2.6 2.6 0 1 1-1.6 3M6.5 11.5h4M5 8.3a2.7 2.7 0 1 0 1.8 3.2',
} as const;

export type IconName = keyof typeof paths;

/** Decoration beside words, never instead of them: hidden from assistive technology. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactNode {
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={paths[name]} />
    </svg>
  );
}
