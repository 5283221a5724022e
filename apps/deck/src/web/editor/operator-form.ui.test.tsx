import type { StageConfig } from '@gennaker/ui/stage-ui';
import { cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { renderDeck } from '../testing/render-deck.tsx';
import type { OperatorType } from '../queries/insight.ts';
import { OperatorForm } from './operator-form.tsx';

afterEach(cleanup);

const type: OperatorType = {
  type: 'ticket',
  label: 'Open a ticket',
  description: 'Tells the desk',
  parameters: [
    { name: 'queue', label: 'Queue', type: 'string', defaultValue: 'ops', order: 2 },
    { name: 'loud', label: 'Loud', type: 'boolean', order: 3 },
    { name: 'subject', label: 'Subject', description: 'In one line', type: 'string', order: 1 },
  ],
};
const stage: StageConfig = { type: 'ticket', name: 'Ticket', parameterValues: { queue: 'web' } };

describe('the form of a stage type that an operator set up', () => {
  it('has a field per parameter, in their order, with defaults as hints', async () => {
    renderDeck(<OperatorForm type={type} stage={stage} onChange={() => {}} />);
    const fields = screen.getAllByRole<HTMLInputElement>('textbox');
    expect(fields.map(({ value, placeholder }) => [value, placeholder])).toEqual([
      ['', ''],
      ['web', 'ops'],
    ]);
    expect(await violations()).toEqual([]);
  });
  it('keeps what is typed in parameterValues, and drops what is emptied', () => {
    const onChange = vi.fn();
    renderDeck(<OperatorForm type={type} stage={stage} onChange={onChange} />);
    fireEvent.change(screen.getByLabelText('Subject'), { target: { value: 'It is down' } });
    expect(onChange).toHaveBeenLastCalledWith({ parameterValues: { queue: 'web', subject: 'It is down' } });
    fireEvent.click(screen.getByRole('switch', { name: 'Loud' }));
    expect(onChange).toHaveBeenLastCalledWith({ parameterValues: { queue: 'web', loud: true } });
    fireEvent.change(screen.getByLabelText('Queue'), { target: { value: '' } });
    expect(onChange).toHaveBeenLastCalledWith({ parameterValues: undefined });
  });
  it('says so when there is nothing to choose', () => {
    renderDeck(
      <OperatorForm
        type={{ type: 'x', label: 'X', description: '', parameters: [] }}
        stage={stage}
        onChange={() => {}}
      />,
    );
    expect(screen.getByText(/asks for no parameters/)).toBeDefined();
  });
});
