import type { ReactNode } from 'react';
import * as icons from './icons.ts';

export type IconName = keyof typeof icons;

/** Decoration beside words, never instead of them: hidden from assistive technology. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }): ReactNode {
  // biome-ignore lint/performance/noDynamicNamespaceImportAccess: all of them are drawn somewhere
  const Drawn = icons[name];
  return <Drawn size={size} stroke={1.75} aria-hidden="true" focusable="false" />;
}
