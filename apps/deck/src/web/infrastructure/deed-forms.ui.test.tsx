import { EditorView } from '@codemirror/view';
import { act as settle, cleanup, fireEvent, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { violations } from '../testing/axe.ts';
import { aLoadBalancer, anImage, aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { GROUP, PREVIEW, act, inDialog, previews, submit, would } from '../testing/deeds.ts';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe('a field that is emptied', () => {
  const BALANCER = `/applications/hello/loadBalancers?open=${encodeURIComponent('local-gce/global/hello-web')}`;
  const web = aLoadBalancer([], {
    name: 'hello-web',
    region: 'global',
    loadBalancerType: 'HTTP',
    urlMapName: 'hello-web',
    certificate: 'hello-cert',
    backendService: undefined,
    sessionAffinity: undefined,
    healthCheck: undefined,
    defaultService: {
      name: 'hello-main',
      sessionAffinity: 'NONE',
      connectionDrainingTimeoutSec: 8,
      healthCheck: { name: 'hello-main-hc', port: 8080, requestPath: '/' },
    },
  });
  const balancers = { [PREVIEW]: would('upsertLoadBalancer'), 'GET /applications/hello/loadBalancers': [web] };

  it('is asked for as none where that can be', async () => {
    const { sent } = await act(BALANCER, 'Change', balancers);
    const dialog = await inDialog('Change hello-web');
    fireEvent.change(dialog.getByLabelText('Certificate', { selector: 'input' }), { target: { value: '' } });
    const beside = within(dialog.getByRole('region', { name: 'Beside hello-web as it is' }));
    expect(beside.getByRole('row', { name: 'Certificate hello-cert not set' })).toBeDefined();
    await waitFor(() => expect(previews(sent).at(-1)?.body).toMatchObject({ job: [{ certificate: null }] }));
  });

  it('must be written where it cannot', async () => {
    await act(BALANCER, 'Change', balancers);
    const dialog = await inDialog('Change hello-web');
    fireEvent.change(dialog.getByLabelText('Draining'), { target: { value: '' } });
    expect(dialog.getByText(/say what “Draining, seconds” shall be, as it cannot be emptied/)).toBeDefined();
    expect(submit('Change')?.disabled).toBe(true);
  });

  it('says how else it is ended, where a switch does not do it', async () => {
    const group = aServerGroup(1, {
      autoscalingPolicy: { minNumReplicas: 2, maxNumReplicas: 4, cpuUtilization: { utilizationTarget: 0.6 } },
      autoHealingPolicy: { healthCheck: 'hello-hc', initialDelaySec: 30 },
    });
    const { sent } = await act(GROUP, 'Set policies', {
      ...helloClouds([group]),
      [PREVIEW]: would('upsertScalingPolicy'),
    });
    const dialog = await inDialog('Scaling policy of hello-prod-v001');
    fireEvent.click(dialog.getByLabelText('Autoscaling'));
    expect(dialog.getByText(/leave autoscaling on; it is ended by “Remove autoscaling”/)).toBeDefined();
    fireEvent.click(dialog.getByRole('button', { name: 'Leave it' }));
    expect(previews(sent)).toEqual([]);
  });
});

describe('a firewall', () => {
  const FIREWALL = `/applications/hello/firewalls?open=${encodeURIComponent('local-gce/global/hello-web')}`;

  it('is changed by what differs; what has no empty value says so', async () => {
    const { sent } = await act(FIREWALL, 'Change', { [PREVIEW]: would('upsertSecurityGroup') });
    const dialog = await inDialog('Change hello-web');
    const priority = dialog.getByLabelText('Priority');
    fireEvent.change(priority, { target: { value: '' } });
    expect(dialog.getByText('To see it: say what “Priority” shall be, as it cannot be emptied.')).toBeDefined();
    fireEvent.change(priority, { target: { value: '900' } });
    await waitFor(() => expect(previews(sent).at(-1)?.body).toMatchObject({ job: [{ priority: 900 }] }));
    const { job } = z.object({ job: z.array(z.looseObject({})) }).parse(previews(sent).at(-1)?.body);
    expect(job[0]).not.toHaveProperty('allowed');
  });

  it('is cloned under a name of its own, with what it lets in', async () => {
    const { sent } = await act(FIREWALL, 'Clone', { [PREVIEW]: would('upsertSecurityGroup') });
    const dialog = await inDialog('Clone hello-web');
    expect(dialog.getByDisplayValue('hello-web-copy')).toBeDefined();
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        job: [
          {
            type: 'upsertSecurityGroup',
            credentials: 'local-gce',
            securityGroupName: 'hello-web-copy',
            sourceRanges: ['10.0.0.0/8'],
            sourceTags: ['gateway'],
            targetTags: ['web'],
            allowed: [{ ipProtocol: 'tcp', portRanges: ['80', '8080-8089'] }],
          },
        ],
      }),
    );
  });

  it('is switched off and keeps what it says', async () => {
    const { sent } = await act(FIREWALL, 'Disable', { [PREVIEW]: would('upsertSecurityGroup') });
    await inDialog('Disable hello-web');
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({ job: [{ securityGroupName: 'hello-web', disabled: true }] }),
    );
  });
});

describe('a clone', () => {
  it('shows what it has otherwise than what runs, and asks for no more', async () => {
    const { sent } = await act(GROUP, 'Clone', { [PREVIEW]: would('cloneServerGroup') });
    const dialog = await inDialog('Clone hello-prod-v001');
    fireEvent.change(dialog.getByLabelText('Stack'), { target: { value: 'canary' } });
    expect(dialog.getByText('It goes to hello-canary')).toBeDefined();
    const beside = within(dialog.getByRole('region', { name: 'Beside hello-prod-v001, which runs' }));
    expect(
      beside
        .getAllByRole('row')
        .slice(1)
        .map(({ textContent }) => textContent),
    ).toEqual(['Stackprodcanary']);
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        job: [
          {
            type: 'cloneServerGroup',
            credentials: 'local-gce',
            stack: 'canary',
            source: { account: 'local-gce', region: 'us-central1', serverGroupName: 'hello-prod-v001' },
          },
        ],
      }),
    );
    expect(await violations()).toEqual([]);
  });
});

describe('a clone in another region', () => {
  it('leaves zones and load balancers to that region', async () => {
    const { sent } = await act(GROUP, 'Clone', { [PREVIEW]: would('cloneServerGroup') });
    const dialog = await inDialog('Clone hello-prod-v001');
    fireEvent.change(dialog.getByLabelText('Region', { selector: 'input' }), { target: { value: 'europe-west1' } });
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        job: [{ region: 'europe-west1', source: { region: 'us-central1' } }],
      }),
    );
    const { job } = z.object({ job: z.array(z.looseObject({})) }).parse(previews(sent).at(-1)?.body);
    expect(job[0]).not.toHaveProperty('loadBalancers');
  });
});

describe('an image', () => {
  it('is deployed by the dialog that makes a server group', async () => {
    const { account, imageName } = anImage();
    const open = encodeURIComponent(`${account}/${imageName}`);
    const { sent } = await act(`/applications/hello/images?open=${open}`, 'Deploy', {
      [PREVIEW]: would('createServerGroup'),
    });
    const dialog = await inDialog(`Deploy ${imageName}`);
    fireEvent.change(dialog.getByLabelText(/^Region/, { selector: 'input' }), { target: { value: 'us-central1' } });
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        job: [{ type: 'deploy', clusters: [{ account: 'local-gce', image: imageName }] }],
      }),
    );
  });
});

describe('a new server group', () => {
  it('is compared with the newest of its cluster', async () => {
    const { sent } = await act('/applications/hello/clusters', 'Create server group', {
      [PREVIEW]: would('createServerGroup'),
    });
    const dialog = await inDialog('Create a server group');
    const fill = (label: RegExp, value: string): void =>
      void fireEvent.change(dialog.getByLabelText(label, { selector: 'input' }), { target: { value } });
    fill(/^Account/, 'local-gce');
    fill(/^Region/, 'us-central1');
    fill(/^Stack/, 'prod');
    fill(/^Image/, 'hello-2');
    const beside = within(
      await dialog.findByRole('region', { name: 'Beside hello-prod-v001, the newest of hello-prod' }),
    );
    expect(beside.getByRole('row', { name: /^Image hello-1-1-0.* hello-2$/ })).toBeDefined();
    for (const row of [
      'Load balancers hello-lb none',
      'Instances 2 1',
      "Instance type e2-small the cloud's default",
      'Zones us-central1-a, us-central1-b all of the region',
      'Network tags web none',
    ])
      expect(beside.getByRole('row', { name: row })).toBeDefined();
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        application: 'hello',
        job: [
          {
            type: 'deploy',
            clusters: [{ account: 'local-gce', region: 'us-central1', stack: 'prod', image: 'hello-2' }],
          },
        ],
      }),
    );
    expect(await violations()).toEqual([]);
  });
});

describe('the JSON of a form', () => {
  it('takes what the form has no field for, and is not done while it cannot be read', async () => {
    const { sent } = await act(GROUP, 'Clone', { [PREVIEW]: would('cloneServerGroup') });
    const dialog = await inDialog('Clone hello-prod-v001');
    fireEvent.click(dialog.getByRole('button', { name: 'JSON' }));
    const content = await dialog.findByLabelText('The form as JSON', {}, { timeout: 10_000 });
    const editor = EditorView.findFromDOM(content);
    if (!editor) throw new Error('There is no editor.');
    const was = z.looseObject({ region: z.string() }).parse(JSON.parse(editor.state.doc.toString()));
    expect(was).toMatchObject({ region: 'us-central1', useSourceCapacity: true });
    expect(was).not.toHaveProperty('source');
    const write = (insert: string) =>
      settle(() => editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert } }));
    write('{');
    expect(dialog.getByText('To see it: write JSON that can be read.')).toBeDefined();
    expect(submit('Clone')?.disabled).toBe(true);
    write(JSON.stringify({ ...was, canIpForward: true, source: { serverGroupName: 'other' } }));
    await waitFor(() =>
      expect(previews(sent).at(-1)?.body).toMatchObject({
        job: [{ canIpForward: true, source: { serverGroupName: 'hello-prod-v001' } }],
      }),
    );
    fireEvent.click(dialog.getByRole('button', { name: 'Form' }));
    expect(dialog.getByLabelText('Stack')).toBeDefined();
  });
});
