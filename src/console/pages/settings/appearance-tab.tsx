import { NativeSelect, SegmentedControl, Stack, Text, useMantineColorScheme } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { settings, shell } from '../../messages/en.ts';
import { options } from '../../parts/form/options.ts';
import { AutoGrid, Panel, PlainLink } from '../../parts/parts.ts';
import { densityChoice, landingChoice, useKeptChoice } from '../../session/kept-choice.ts';
import { SingleKeysSwitch } from '../../shell/keyboard-help.tsx';
import { menu } from '../../shell/menu.ts';

const words = settings.appearance;

/** What this browser remembers of how the console should look and behave. */
export function AppearanceTab(): ReactNode {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [density, setDensity] = useKeptChoice(densityChoice);
  const [landing, setLanding] = useKeptChoice(landingChoice);
  return (
    <AutoGrid min="24rem">
      <Panel title={settings.tabs.appearance} text={words.lead}>
        <Choice label={shell.theme} table={shell.themes} value={colorScheme} onChange={setColorScheme} />
        <Choice label={words.density} table={words.densities} value={density} onChange={setDensity} />
        <NativeSelect
          label={words.landing}
          maw="16rem"
          data={landingChoice.values.map((value) => ({
            value,
            label: menu.find(({ to }) => to === value)?.label ?? value,
          }))}
          value={landing}
          onChange={({ currentTarget: { value } }) => setLanding(value as typeof landing)} // one of the options
        />
      </Panel>
      <Panel title={words.keyboard}>
        <SingleKeysSwitch />
        <PlainLink to="/docs/shortcuts">{words.docs}</PlainLink>
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
