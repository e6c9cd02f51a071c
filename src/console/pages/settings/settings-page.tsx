import { NativeSelect, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { useSearch } from '@tanstack/react-router';
import { type ReactNode, Suspense, useId } from 'react';
import { settings, shell, settings as words } from '../../messages/en.ts';
import { bind, options } from '../../parts/form/bind.ts';
import { AutoGrid, Panel, PlainLink } from '../../parts/parts.ts';
import { densityChoice, landingChoice, useKeptChoice } from '../../session/kept-choice.ts';
import { SingleKeysSwitch } from '../../shell/keyboard-help.tsx';
import { lazyPart } from '../../shell/lazy-part.ts';
import { menu } from '../../shell/menu.ts';
import { Page, settingsCrumb } from '../../shell/page.tsx';
import { ConfigurationTable } from './configuration-table.tsx';
import { SystemTab } from './system-tab.tsx';

const DeletedTab = lazyPart(() => import('./deleted-tab.tsx'), 'DeletedTab');
const TransferTab = lazyPart(() => import('./transfer-tab.tsx'), 'TransferTab');

export function SettingsPage(): ReactNode {
  const { tab = 'appearance' } = useSearch({ from: '/shell/settings' });
  return (
    <Page title={words.tabs[tab]} crumbs={[settingsCrumb]}>
      <Suspense>{panels[tab]()}</Suspense>
    </Page>
  );
}

const panels = {
  appearance: () => <AppearanceTab />,
  system: () => <SystemTab />,
  network: () => <ConfigurationTable part="network" />,
  transfer: () => <TransferTab />,
  deleted: () => <DeletedTab />,
};

const appearanceWords = settings.appearance;

/** What this browser remembers of how the console should look and behave. */
function AppearanceTab(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useKeptChoice(densityChoice);
  const [landing, setLanding] = useKeptChoice(landingChoice);
  return (
    <AutoGrid min="24rem">
      <Panel title={settings.tabs.appearance} text={appearanceWords.lead}>
        <Choice label={shell.theme} table={shell.themes} value={colorScheme} onChange={setColorScheme} />
        <Choice
          label={appearanceWords.density}
          table={appearanceWords.densities}
          value={density}
          onChange={setDensity}
        />
        <NativeSelect
          label={appearanceWords.landing}
          maw="16rem"
          data={landingChoice.values.map((value) => ({
            value,
            label: menu.find(({ to }) => to === value)?.label ?? value,
          }))}
          {...bind(landing, setLanding)}
        />
      </Panel>
      <Panel title={appearanceWords.keyboard}>
        <SingleKeysSwitch />
        <PlainLink to="/docs/shortcuts">{appearanceWords.docs}</PlainLink>
      </Panel>
    </AutoGrid>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  table: Readonly<Record<Value, string>>;
  value: Value;
  onChange: (value: Value) => void;
};

function Choice<Value extends string>({ label, table, value, onChange }: ChoiceProps<Value>): ReactNode {
  const id = useId();
  return (
    <Stack gap={4} align="start">
      <Text fw={550} id={id}>
        {label}
      </Text>
      <SegmentedControl
        aria-labelledby={id}
        data={options(table)}
        value={value}
        onChange={(next) => onChange(next as Value)} // one of the options
      />
    </Stack>
  );
}
