const stored = 'millrace.density';

export const densities = ['comfortable', 'compact'] as const;
export type Density = (typeof densities)[number];

/** How close the rows of lists stand in this browser. */
export function densityOf(): Density {
  return localStorage.getItem(stored) === 'compact' ? 'compact' : 'comfortable';
}

/** Chooses it, or takes what was chosen before. */
export function applyDensity(density: Density = densityOf()): void {
  localStorage.setItem(stored, density);
  document.documentElement.dataset['density'] = density;
}
