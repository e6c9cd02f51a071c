import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from '@mantine/core';
import { shell, terms } from '../messages/en.ts';

/** The accent: the water of a millrace. */
const mill: MantineColorsTuple = [
  '#eef8fa',
  '#d9eef2',
  '#b2dde5',
  '#84c8d4',
  '#55b0c0',
  '#2f96a8',
  '#1b7c8d',
  '#136675',
  '#0e515d',
  '#083a44',
];

const slate: MantineColorsTuple = [
  '#dfe5ea',
  '#bcc6cf',
  '#9aa7b3',
  '#6d7b88',
  '#364350',
  '#26313b',
  '#1b242c',
  '#131a20',
  '#0e1419',
  '#090d11',
];

const close = { 'aria-label': terms.close };

const system = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif';

/** The console's own look: system fonts, compact, one accent, small radii, hardly a shadow. */
export const theme = createTheme({
  colors: { mill, dark: slate },
  primaryColor: 'mill',
  primaryShade: { light: 7, dark: 3 },
  autoContrast: true,
  luminanceThreshold: 0.3,
  fontFamily: system,
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  spacing: { xs: '0.5rem', sm: '0.75rem', md: '1rem', lg: '1.25rem', xl: '2rem' },
  headings: {
    fontFamily: system,
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '1.375rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.4' },
    },
  },
  defaultRadius: 'sm',
  radius: { sm: '6px', md: '8px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Mantine looks at the light shade only when it chooses the text of a filled thing in the accent.
  variantColorResolver(input) {
    const colors = defaultVariantColorsResolver(input);
    const isAccent = input.variant === 'filled' && (input.color === undefined || input.color === 'mill');
    return isAccent ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors;
  },
  components: {
    InputWrapper: {
      defaultProps: { inputWrapperOrder: ['label', 'input', 'description', 'error'] },
      vars: () => ({
        description: { '--input-description-size': 'var(--mantine-font-size-xs)' },
        label: {},
        error: {},
      }),
    },
    // Not named like the field: its own word for that is a part of many fields' labels.
    PasswordInput: { defaultProps: { visibilityToggleButtonProps: { 'aria-label': shell.showTyped } } },
    // The button that a page or dialog is for is `filled`.
    Button: { defaultProps: { size: 'sm', variant: 'default' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 30 } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 300, events: { hover: true, focus: true, touch: true } } },
    // Its placeholder for the first focus stands among the menu items, where assistive technology expects no other thing.
    Menu: { defaultProps: { shadow: 'md', position: 'bottom-end', withInitialFocusPlaceholder: false } },
    // A dialog's header is not a second banner of the page.
    ModalHeader: { defaultProps: { role: 'presentation' } },
    DrawerHeader: { defaultProps: { role: 'presentation' } },
    Modal: {
      defaultProps: {
        radius: 'md',
        centered: true,
        overlayProps: { backgroundOpacity: 0.45 },
        closeButtonProps: close,
      },
    },
    Drawer: { defaultProps: { closeButtonProps: close } },
    Anchor: { defaultProps: { underline: 'hover' } },
  },
});

/** Colours of Mantine that are those of the console (console.css), in both schemes. */
const ofConsole = {
  '--mantine-color-dimmed': 'var(--console-calm)',
  '--mantine-color-error': 'var(--console-bad)',
  '--mantine-color-gray-outline': 'var(--console-calm)',
  '--mantine-color-green-outline': 'var(--console-good)',
  '--mantine-color-green-light-color': 'var(--console-good)',
  '--mantine-color-orange-light': 'var(--console-warn-ground)',
  '--mantine-color-orange-light-color': 'var(--console-warn)',
};

/**
 * Where Mantine's own colours miss 4.5:1 on the grounds that the console puts them on: error text and the text of an
 * invalid input, the subtle grey button, the outline green badge, the light navigation link; dimmed and placeholder.
 */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...ofConsole,
    '--mantine-color-body': '#ffffff',
    '--mantine-color-text': '#1a2127',
    '--mantine-color-placeholder': '#66717b',
    '--mantine-color-gray-light-color': '#3c464f',
    '--mantine-color-mill-light-color': '#0e515d',
    '--mantine-color-anchor': '#0f6170',
    '--mantine-color-default-border': '#cfd6dc',
    '--mantine-color-disabled-color': '#5d6770',
  },
  dark: {
    ...ofConsole,
    '--mantine-color-text': '#dfe5ea',
    '--mantine-color-placeholder': '#8d9aa6',
    '--mantine-color-gray-light-color': '#c6cfd7',
    '--mantine-color-mill-light-color': '#9ad6e0',
    '--mantine-color-anchor': '#84c8d4',
    '--mantine-color-disabled-color': '#8d9aa6',
  },
});
