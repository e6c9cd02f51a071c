import type { Deps } from './program.ts';

/** SIGINT and SIGTERM of this process: the first is told, a second one ends the process at once. */
export const untilSignal: Deps['untilSignal'] = () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  let isAsked = false;
  const heard = (signal: string) => {
    if (isAsked) process.exit(1);
    isAsked = true;
    resolve(signal);
  };
  process.on('SIGINT', heard).on('SIGTERM', heard);
  return {
    signal: promise,
    [Symbol.dispose]() {
      process.off('SIGINT', heard).off('SIGTERM', heard);
    },
  };
};
