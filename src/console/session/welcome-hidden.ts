const stored = 'millrace.welcome';

/** Whether the first steps are hidden from Home in this browser. */
export function isWelcomeHidden(): boolean {
  return localStorage.getItem(stored) === 'hidden';
}

export function setWelcomeHidden(isHidden: boolean): void {
  if (isHidden) localStorage.setItem(stored, 'hidden');
  else localStorage.removeItem(stored);
}
