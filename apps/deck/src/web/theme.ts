import { createTheme, defaultVariantColorsResolver, Tooltip } from '@mantine/core';
import type { MantineColorsTuple } from '@mantine/core';

/** Ink: the one colour of actions. Statuses own all the others. */
const ink: MantineColorsTuple = [
  '#f2f4f7',
  '#e4e7ec',
  '#cfd5de',
  '#aab3c0',
  '#7d8898',
  '#566172',
  '#3d4757',
  '#2a3342',
  '#1c2431',
  '#121823',
];
const gray: MantineColorsTuple = [
  '#f6f7f9',
  '#eff1f4',
  '#e2e5ea',
  '#cbd1d9',
  '#a9b2be',
  '#818b99',
  '#57606e',
  '#434c59',
  '#2b323d',
  '#161b24',
];
const dark: MantineColorsTuple = [
  '#e7eaef',
  '#c4cbd5',
  '#a0a9b6',
  '#8a94a2',
  '#38414e',
  '#252b35',
  '#1a1f28',
  '#14181f',
  '#0f1319',
  '#0d1015',
];

/** Theme of the product: one sans, one mono, tight radii, ink for actions. */
export const theme = createTheme({
  primaryColor: 'ink',
  primaryShade: { light: 8, dark: 1 },
  // Filled buttons read our own tokens, because ink on light and light on ink differ in more than a shade.
  variantColorResolver: (input) => {
    if (input.variant === 'filled' && (input.color === undefined || input.color === 'ink'))
      return {
        background: 'var(--gk-primary)',
        hover: 'var(--gk-primary-hover)',
        color: 'var(--gk-primary-text)',
        border: '1px solid transparent',
      };
    if (input.variant === 'filled' && input.color === 'red')
      return {
        background: 'var(--gk-danger)',
        hover: 'var(--gk-danger-hover)',
        color: '#ffffff',
        border: '1px solid transparent',
      };
    return defaultVariantColorsResolver(input);
  },
  colors: { ink, gray, dark },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "'JetBrains Mono Variable', ui-monospace, Menlo, Consolas, monospace",
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '22px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '22px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '4px', sm: '5px', md: '7px', lg: '10px', xl: '14px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  cursorType: 'pointer',
  focusRing: 'auto',
  components: {
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, transitionProps: { duration: 120 }, withArrow: false } }),
    Button: { defaultProps: { size: 'sm' } },
    Switch: { defaultProps: { color: 'var(--gk-control)' } },
    Checkbox: { defaultProps: { color: 'var(--gk-control)' } },
    MultiSelect: { defaultProps: { styles: { inputField: { minWidth: 48 } } } },
    TagsInput: { defaultProps: { styles: { inputField: { minWidth: 48 } } } },
    Modal: {
      defaultProps: {
        centered: true,
        overlayProps: { backgroundOpacity: 0.35, blur: 2 },
        transitionProps: { duration: 140 },
        radius: 'lg',
        styles: { title: { fontWeight: 620, fontSize: 16 } },
        padding: 'lg',
        closeButtonProps: { 'aria-label': 'Close' },
      },
    },
  },
});
