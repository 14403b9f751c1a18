import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

/** Deep water of the delta: calm, and apart from the green, amber and red of states. */
const river: MantineColorsTuple = [
  '#e6f6f8',
  '#d3eaee',
  '#a9d5dc',
  '#7bbfca',
  '#56acbb',
  '#3f9fb0',
  '#2f98ab',
  '#1d8496',
  '#0b7587',
  '#00606f',
];

/** Mantine's dark greys, towards the river. */
const night: MantineColorsTuple = [
  '#e6eaed',
  '#c3ccd4',
  '#aab4bd',
  '#7a858f',
  '#3d474e',
  '#313a40',
  '#222a2f',
  '#1b2226',
  '#14191c',
  '#0f1315',
];

export const theme = createTheme({
  fontFamily: "'Be Vietnam Pro', system-ui, sans-serif",
  headings: { fontFamily: "'Be Vietnam Pro', system-ui, sans-serif", fontWeight: '600' },
  colors: { river, dark: night },
  primaryColor: 'river',
  primaryShade: { light: 9, dark: 8 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Modal: { defaultProps: { centered: true } },
    // Its place-holder for the focus is no child that a menu may have; the first entry gets the focus instead.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false }, styles: { item: { minHeight: 44 } } },
    InputWrapper: { styles: { label: { marginBottom: 5 } } },
  },
});

/** Mantine's greys for second-rank text and its red for errors stay below 4.5 : 1; ours do not. */
export const resolveVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#55606a',
    '--mantine-color-placeholder': '#66717b',
    '--mantine-color-error': '#b4232a',
    '--mantine-color-text': '#16202a',
  },
  dark: {
    '--mantine-color-dimmed': '#aab4bd',
    '--mantine-color-placeholder': '#98a2ab',
    '--mantine-color-error': '#ff9d9d',
    '--mantine-color-text': '#e6eaed',
  },
});
