import { Skeleton, Tabs } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';

type Props<Name extends string> = {
  /** What the row of tabs is called. */
  label: string;
  /** The names of the tabs in their order. */
  names: Readonly<Record<Name, string>>;
  /** Only the open one is mounted, and `kept` behind it. They may be lazy. */
  panels: Readonly<Record<Name, ReactNode>> | ((name: Name) => ReactNode);
  kept?: NoInfer<Name> | undefined;
  /** The open one, and how another opens: without them the first is open at first, and the tabs know which one is. */
  shown?: NoInfer<Name>;
  onShow?: (name: Name) => void;
  gap?: 'sm' | 'md';
};

/** Tabs with their panels. */
export function DetailTabs<Name extends string>(props: Props<Name>): ReactNode {
  const { label, names, panels, kept, shown, onShow, gap = 'md' } = props;
  const tabs = Object.keys(names) as Name[]; // the keys of a literal
  return (
    <Tabs
      {...(shown === undefined ? { defaultValue: tabs[0] ?? '' } : { value: shown })}
      keepMounted={false}
      onChange={(next) => next !== null && onShow?.(next as Name)}
    >
      <Tabs.List mb={gap} aria-label={label}>
        {tabs.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {names[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((name) => (
        <Tabs.Panel key={name} value={name} keepMounted={name === kept}>
          <Suspense fallback={<Skeleton height={260} aria-busy="true" />}>
            {typeof panels === 'function' ? panels(name) : panels[name]}
          </Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
