import { Skeleton, Tabs } from '@mantine/core';
import { type ReactNode, Suspense } from 'react';

type Props<Name extends string> = {
  /** What the row of tabs is called. */
  label: string;
  /** The names of the tabs in their order. */
  names: Readonly<Record<Name, string>>;
  /** Only the open one is mounted, and `kept` behind it. They may be lazy. */
  panels: Readonly<Record<Name, ReactNode>>;
  kept?: NoInfer<Name> | undefined;
  shown: NoInfer<Name>;
  onShow: (name: Name) => void;
};

/** The tabs of a page that shows one thing. */
export function DetailTabs<Name extends string>(props: Props<Name>): ReactNode {
  const { label, names, panels, kept, shown, onShow } = props;
  const tabs = Object.keys(names) as Name[]; // the keys of a literal
  return (
    <Tabs value={shown} keepMounted={false} onChange={(next) => next !== null && onShow(next as Name)}>
      <Tabs.List mb="md" aria-label={label}>
        {tabs.map((name) => (
          <Tabs.Tab key={name} value={name}>
            {names[name]}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map((name) => (
        <Tabs.Panel key={name} value={name} keepMounted={name === kept}>
          <Suspense fallback={<Skeleton height={260} aria-busy="true" />}>{panels[name]}</Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
