import { Tabs } from '@mantine/core';
import type { ReactNode } from 'react';

type Props<Name extends string> = {
  /** What the row of tabs is called. */
  label: string;
  names: Readonly<Record<Name, string>>;
  /** In the order of the tabs. Only the one that is shown is there. */
  panels: Readonly<Record<Name, ReactNode>>;
  shown: NoInfer<Name>;
  onShow: (name: Name) => void;
};

/** The tabs of a page that shows one thing. */
export function DetailTabs<Name extends string>({ label, names, panels, shown, onShow }: Props<Name>): ReactNode {
  const tabs = Object.keys(panels) as Name[]; // the keys of a literal
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
        <Tabs.Panel key={name} value={name}>
          {panels[name]}
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
