/** The engine's clock in this thread, in milliseconds since 1970. */
export const clock = { nowMs: 0 };

/**
 * Gives this thread's `Date` our clock and UTC as its zone: the engine has no clock of its own and asks the host's Date,
 * so that this is the one place that decides what `new Date()` says in a template. Only for threads that do nothing
 * but render.
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
