import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { expect } from 'vitest';
import { helloClouds } from './cloud-things.ts';
import type { SentRequest } from './fake-gate.ts';
import { fakeGate } from './fake-gate.ts';
import { renderPage } from './render-page.tsx';

/** Address of the pane of a server group. */
export const GROUP = '/applications/hello/clusters?group=local-gce%2Fus-central1%2Fhello-prod-v001';
/** The request that asks what would be done. */
export const PREVIEW = 'POST /preview';
/** A preview of one operation. */
export const would = (operation: string, keys: object = {}) => [
  { operation, account: 'local-gce', changes: ['It is done.'], warnings: [], problems: [], ...keys },
];
/** The requests for previews among all. */
export const previews = (sent: readonly SentRequest[]) => sent.filter(({ path }) => path === '/preview');
/** Queries within the dialog of this title. */
export const inDialog = async (name: string) =>
  within(await screen.findByRole('dialog', { name }, { timeout: 10_000 }));
/** The last button of this name: the dialog's own. */
export const submit = (name: string) => screen.getAllByRole<HTMLButtonElement>('button', { name }).at(-1);
/** As `submit`, once it can be pressed. */
export const ready = async (name: string): Promise<HTMLButtonElement> => {
  await waitFor(() => expect(submit(name)?.disabled).toBe(false), { timeout: 3000 });
  const found = submit(name);
  if (!found) throw new Error(`There is no button ${name}.`);
  return found;
};

/** Opens an action of the pane of a server group as a person does. */
export async function act(path: string, verb: string, clouds: Record<string, unknown>) {
  const sent = fakeGate({ ...helloClouds(), ...clouds });
  renderPage(path);
  const opener = await screen.findByRole('button', { name: verb }, { timeout: 10_000 });
  opener.focus();
  fireEvent.click(opener);
  return { sent, opener };
}
