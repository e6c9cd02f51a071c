const stored = 'millrace.welcome';

/** Whether somebody chose in this browser not to be shown the first steps on Home. */
export function isWelcomeHidden(): boolean {
  return localStorage.getItem(stored) === 'hidden';
}

export function setWelcomeHidden(isHidden: boolean): void {
  if (isHidden) localStorage.setItem(stored, 'hidden');
  else localStorage.removeItem(stored);
}
