/** The engine's clock in this thread, in milliseconds since 1970. */
export const clock = { nowMs: 0 };

/**
 * Replaces this thread's clock in `Date` and sets its zone to UTC. The engine has no clock of its own and asks the
 * host's Date, so this alone determines `new Date()` in a template. Only for threads that do nothing but render.
 */
export function takeOverDate(): void {
  const date = Date.prototype;
  Date.now = () => clock.nowMs;
  date.getFullYear = date.getUTCFullYear;
  date.getMonth = date.getUTCMonth;
  date.getDate = date.getUTCDate;
  date.getDay = date.getUTCDay;
  date.getHours = date.getUTCHours;
  date.getMinutes = date.getUTCMinutes;
  date.getSeconds = date.getUTCSeconds;
  date.getTimezoneOffset = () => 0;
}
