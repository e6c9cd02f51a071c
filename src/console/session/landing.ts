const stored = 'millrace.landing';

/** The pages that one may choose to begin with. */
export const landings = ['/', '/events', '/deliveries', '/actions', '/connections'] as const;
export type Landing = (typeof landings)[number];

let isTaken = false;

/** The page that this browser begins with instead of Home. */
export function landingOf(): Landing {
  const chosen = localStorage.getItem(stored);
  return landings.find((one) => one === chosen) ?? '/';
}

export function setLanding(landing: Landing): void {
  localStorage.setItem(stored, landing);
}

/** The start page at the first call, then Home. */
export function takeLanding(): Landing {
  if (isTaken) return '/';
  isTaken = true;
  return landingOf();
}
