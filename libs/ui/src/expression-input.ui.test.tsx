import { MantineProvider } from '@mantine/core';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { type ReactNode, useState } from 'react';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ExpressionPlace, ExpressionProvider } from './expressions.tsx';
import { ChoiceField, TextAreaField, TextField } from './fields.tsx';
import { NumberOrExpressionField } from './number-or-expression-field.tsx';

afterEach(cleanup);
beforeAll(() => {
  window.matchMedia ??= () =>
    ({ matches: false, addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList;
  globalThis.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  Element.prototype.scrollIntoView ??= async () => {};
  if (!('fonts' in document))
    Object.defineProperty(document, 'fonts', { value: { addEventListener: () => {}, removeEventListener: () => {} } });
});

const place: ExpressionPlace = {
  called: 'Last run',
  useTried: (text) => ({
    names: ['parameters.count', 'parameters.version', '#toInt('],
    ...(text === '${ parameters.version }' ? { value: '1.2' } : {}),
    ...(text === '${ gone }' ? { problem: 'There is no “gone”' } : {}),
  }),
};

function show(
  first: unknown,
  field: (value: unknown, onChange: (value: unknown) => void) => ReactNode,
  trying: ExpressionPlace | undefined = place,
): { value: unknown } {
  const held = { value: first };
  function Host() {
    const [value, setValue] = useState(first);
    held.value = value;
    const entry = field(value, setValue);
    return trying ? <ExpressionProvider place={trying}>{entry}</ExpressionProvider> : entry;
  }
  render(
    <MantineProvider env="test">
      <Host />
    </MantineProvider>,
  );
  return held;
}

const write = (label: string, text: string): void => {
  const [input] = screen.getAllByLabelText(label);
  if (!input) throw new Error(`There is no field ${label}`);
  fireEvent.focus(input);
  fireEvent.change(input, { target: { value: text } });
};

describe('fields of forms that take expressions', () => {
  it.each([
    ['one line', TextField],
    ['several lines', TextAreaField],
  ])('complete the names of %s while they are typed', (_, Field) => {
    const held = show('', (value, onChange) => <Field label="Reason" value={value} onChange={onChange} />);
    write('Reason', 'v${ par');
    fireEvent.click(screen.getByRole('option', { name: 'parameters.version' }));
    expect(held.value).toBe('v${ parameters.version');
    expect(screen.queryByRole('option')).toBeNull();
  });

  it('show what a text comes to, and why it comes to nothing', () => {
    show('${ parameters.version }', (value, onChange) => <TextField label="A" value={value} onChange={onChange} />);
    expect(screen.getByText('1.2').parentElement?.textContent).toBe('Last run: 1.2');
    write('A', '${ gone }');
    expect(screen.getByText('There is no “gone”')).toBeDefined();
    write('A', '${ gone');
    expect(screen.queryByText(/Last run/)).toBeNull();
  });

  it('complete expressions where live choices are offered', () => {
    const held = show('', (value, onChange) => (
      <ChoiceField
        label="Image"
        value={value}
        choices={{ options: [{ value: 'hello-1' }], loading: false }}
        onChange={onChange}
      />
    ));
    write('Image', '${#to');
    fireEvent.click(screen.getByRole('option', { name: '${#toInt(' }));
    expect(held.value).toBe('${#toInt(');
  });

  it('take an expression in the place of a number, and the number back', () => {
    const held = show(3, (value, onChange) => (
      <NumberOrExpressionField label="Count" value={value} onChange={onChange} />
    ));
    fireEvent.click(screen.getByRole('button', { name: 'Count: write an expression' }));
    write('Count', '${ parameters.count }');
    expect(held.value).toBe('${ parameters.count }');
    write('Count', '5');
    expect(held.value).toBe(5);
  });

  it('are plain where nothing is tried', () => {
    const plain = { ...place, useTried: () => ({ names: [] }) };
    show(
      '${ parameters.version',
      (value, onChange) => <TextField label="A" value={value} onChange={onChange} />,
      plain,
    );
    write('A', '${ par');
    expect(screen.queryByRole('option')).toBeNull();
  });
});
