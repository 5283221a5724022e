import { ServiceError } from '@gennaker/contracts/error';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { violations } from '../testing/axe.ts';
import { aFirewall, aLoadBalancer, anAccount, anInstance, aServerGroup, helloClouds } from '../testing/cloud-things.ts';
import { aUser, fakeGate } from '../testing/fake-gate.ts';
import { renderPage } from '../testing/render-page.tsx';

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const pane = () => screen.findByRole('complementary');
const button = (name: string | RegExp) => screen.getByRole<HTMLButtonElement>('button', { name });
const actionsIn = (of: HTMLElement): string[] =>
  [...(of.querySelector('.pane-actions')?.querySelectorAll('button') ?? [])].map((each) => each.textContent ?? '');
/** What a pane says under a name. */
const fact = (of: HTMLElement, name: string): string | undefined =>
  within(of).queryByText(name, { selector: 'dt' })?.nextElementSibling?.textContent ?? undefined;

/** Opens something of a page as a person does: by its button, which has the focus then. */
async function open(page: string, name: string | RegExp, clouds = helloClouds()) {
  const sent = fakeGate(clouds);
  const rendered = renderPage(`/applications/hello/${page}`);
  const opener = await screen.findByRole('button', { name }, { timeout: 10_000 });
  opener.focus();
  fireEvent.click(opener);
  return { ...rendered, sent, opener, shown: await pane() };
}

describe('the pane of a server group', () => {
  it('tells what it runs, where and how, and offers what its cloud can do to it', async () => {
    const { shown } = await open('clusters', 'hello-prod-v001');
    expect(shown.getAttribute('aria-label')).toBe('Server group hello-prod-v001');
    expect(fact(shown, 'Version')).toBe('1.1.0 · build 2');
    expect(fact(shown, 'Image')).toBe('hello-1-1-0-h2-def5678-all-debian-12-nodejs-ac4695c28b69');
    expect(fact(shown, 'Capacity')).toBe('2');
    expect(fact(shown, 'Network tags')).toBe('web');
    expect(actionsIn(shown)).toEqual([
      'Roll back',
      'Resize',
      'Clone',
      'Disable',
      'Set policies',
      'Change instances',
      'Set tags',
      'Destroy',
    ]);
    expect(await violations()).toEqual([]);
  });

  it('offers nothing that its cloud cannot do', async () => {
    const { shown } = await open('clusters', 'hello-prod-v001', {
      ...helloClouds(),
      'GET /credentials': [{ ...anAccount, capabilities: [] }],
    });
    expect(actionsIn(shown)).toEqual(['Roll back', 'Disable', 'Destroy']);
  });

  it('says why it offers less while it is not known what its cloud can do', async () => {
    const { shown } = await open('clusters', 'hello-prod-v001', {
      ...helloClouds(),
      'GET /credentials': new ServiceError(503, 'The clouds do not answer'),
    });
    expect(actionsIn(shown)).toEqual(['Roll back', 'Disable', 'Destroy']);
    expect(await within(shown).findByText(/could not be read.*The clouds do not answer/)).toBeDefined();
    expect(button('Create server group').disabled).toBe(true);
  });

  it('offers nothing to who may not change the application, and says which role that takes', async () => {
    const { shown } = await open('clusters', 'hello-prod-v001', {
      ...helloClouds(),
      'GET /applications': [{ name: 'hello', permissions: { READ: ['dev'], WRITE: ['ops'] } }],
      'GET /auth/user': aUser({ username: 'ada', roles: ['dev'] }),
    });
    const reason = /ada may not change application hello: this takes the role ops; ask an administrator/;
    expect(await within(shown).findByText(reason)).toBeDefined();
    for (const verb of ['Roll back', 'Resize', 'Destroy', 'Create server group'])
      expect(button(verb).disabled).toBe(true);
    expect(await violations()).toEqual([]);
  });

  it('takes the focus; Escape closes it and gives the focus back', async () => {
    const { shown, opener, history } = await open('clusters', 'hello-prod-v001');
    expect(document.activeElement).toBe(within(shown).getByRole('heading', { name: 'hello-prod-v001' }));
    expect(history.location.search).toContain('group=');
    fireEvent.keyDown(document.body, { key: 'Escape' });
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull());
    expect(document.activeElement).toBe(opener);
    expect(history.location.search).not.toContain('group=');
  });

  it('shows an autoscaler with its bounds, and offers to remove what it has', async () => {
    const group = aServerGroup(1, {
      capacity: { min: 2, max: 6, desired: 3 },
      autoscalingPolicy: {
        minNumReplicas: 2,
        maxNumReplicas: 6,
        cpuUtilization: { utilizationTarget: 0.6 },
        mode: 'ON',
        scalingSchedules: {
          office: { minRequiredReplicas: 4, schedule: '0 8 * * MON-FRI', timeZone: 'Europe/Berlin', durationSec: 3600 },
        },
      },
      autoHealingPolicy: { healthCheck: 'hello-hc', initialDelaySec: 30 },
    });
    const { shown } = await open('clusters', 'hello-prod-v001', helloClouds([group]));
    expect(fact(shown, 'Capacity')).toBe('3 (2 to 6)');
    expect(fact(shown, 'Autoscaling')).toBe('2 to 6');
    expect(fact(shown, 'Processor use')).toBe('60 %');
    expect(fact(shown, 'Autohealing')).toBe('hello-hc');
    expect(fact(shown, 'Schedules')).toBe('office: at least 4 from 0 8 * * MON-FRI (Europe/Berlin) on for 60 min');
    expect(actionsIn(shown)).toEqual(expect.arrayContaining(['Remove autoscaling', 'Remove autohealing']));
  });

  it('says what is wrong: old news, drift, instances that cannot be made', async () => {
    const group = aServerGroup(1, {
      stale: true,
      staleSince: Date.now() - 60_000,
      staleReason: 'The API answered 503',
      drift: { summary: 'hello-lb sends it nothing, though it is enabled' },
      problems: [
        {
          instance: 'hello-prod-v001-ef56',
          kind: 'quota',
          code: 'QUOTA_EXCEEDED',
          message: 'Quota CPUS exceeded. Limit: 8.0 in region us-central1.',
          lasting: true,
        },
      ],
    });
    const { shown } = await open('clusters', 'hello-prod-v001', helloClouds([group]));
    expect(within(shown).getByText('The API answered 503')).toBeDefined();
    expect(within(shown).getByText('hello-lb sends it nothing, though it is enabled')).toBeDefined();
    expect(within(shown).getByRole('alert').textContent).toContain('Quota CPUS exceeded');
    expect(await violations()).toEqual([]);
  });

  it('acts on several of its instances at once', async () => {
    const { shown } = await open('clusters', 'hello-prod-v001');
    fireEvent.click(within(shown).getByRole('checkbox', { name: 'All' }));
    const chosen = within(shown).getByRole('group', { name: 'Chosen instances' });
    expect(within(chosen).getByText('2 of 2')).toBeDefined();
    fireEvent.click(within(chosen).getByRole('button', { name: 'Terminate' }));
    expect(await screen.findByRole('dialog', { name: 'Terminate 2 instances' })).toBeDefined();
  });
});

describe('several server groups', () => {
  it('stand by cluster, account or region, and can be acted upon together', async () => {
    fakeGate(helloClouds([aServerGroup(1, { isDisabled: true }), aServerGroup(2)]));
    const { history } = renderPage('/applications/hello/clusters');
    fireEvent.click(await screen.findByRole('checkbox', { name: 'Choose hello-prod-v001' }));
    fireEvent.click(screen.getByRole('checkbox', { name: 'Choose hello-prod-v002' }));
    const bar = screen.getByRole('group', { name: 'Chosen server groups' });
    expect(
      within(bar)
        .getAllByRole('button')
        .map(({ textContent }) => textContent),
    ).toEqual(['Enable', 'Disable', 'Destroy', 'Choose none']);
    fireEvent.click(screen.getByRole('radio', { name: 'Accounts' }));
    expect(await screen.findByRole('region', { name: 'local-gce' })).toBeDefined();
    expect(history.location.search).toBe('?by=account');
  });
});

describe('the pane of an instance', () => {
  const name = 'hello-prod-v001-ab12';

  it('tells its health by source, and its server group is one step away', async () => {
    const { shown } = await open('instances', name);
    expect(fact(shown, 'Why')).toBe('hello-lb: The health check passes');
    expect(fact(shown, 'The cloud')).toBe('Not checked; RUNNING');
    expect(fact(shown, 'The load balancer')).toBe('Up; hello-lb: The health check passes');
    expect(fact(shown, 'Address')).toBe('127.64.1.4');
    expect(await within(shown).findByRole('heading', { name: 'Metadata' })).toBeDefined();
    expect(actionsIn(shown)).toEqual([
      'Server group',
      'Serial console',
      'Reboot',
      'Register',
      'Deregister',
      'Terminate',
      'Terminate and shrink',
    ]);
    expect(await violations()).toEqual([]);
    fireEvent.click(within(shown).getByRole('button', { name: 'Server group' }));
    expect(await screen.findByRole('complementary', { name: 'Server group hello-prod-v001' })).toBeDefined();
  });

  it('reads its serial console as it grows, from where it was read to', async () => {
    const pieces = ['booting\n', 'hello 1.1.0 listens on 127.64.1.4:8080\n'];
    let said = '';
    const { sent } = await open('instances', name, {
      ...helloClouds(),
      [`GET /instances/local-gce/us-central1/${name}/console`]: ({ query }: { query: string }) => {
        const start = Math.max(0, Number(new URLSearchParams(query).get('start')));
        said += pieces.shift() ?? '';
        return { output: said.slice(start), start, next: said.length };
      },
    });
    fireEvent.click(button('Serial console'));
    expect(button('Serial console').getAttribute('aria-expanded')).toBe('true');
    await waitFor(
      () =>
        expect(screen.getByLabelText(`Serial console of ${name}`).textContent).toBe(
          'booting\nhello 1.1.0 listens on 127.64.1.4:8080\n',
        ),
      { timeout: 5000 },
    );
    expect(
      sent
        .filter(({ path }) => path.endsWith('/console'))
        .map(({ query }) => query)
        .slice(0, 2),
    ).toEqual(['?start=-200000', '?start=8']);
  });

  it('says that what is shown may be old while looks at its account fail', async () => {
    const group = aServerGroup(1, { stale: true, staleSince: 1, staleReason: 'The API answered 503' });
    const { shown } = await open('instances', name, helloClouds([group]));
    expect(within(shown).getByText('The API answered 503')).toBeDefined();
    expect(within(shown).getByText(/^Seen/)).toBeDefined();
  });

  it('that is ill says why', async () => {
    const ill = anInstance(name, {
      healthState: 'Down',
      reason: { summary: 'hello-lb asks GET / on port 8080 and gets no answer' },
    });
    const { shown } = await open('instances', name, helloClouds([aServerGroup(1, { instances: [ill] })]));
    expect(fact(shown, 'Why')).toBe('hello-lb asks GET / on port 8080 and gets no answer');
  });
});

describe('the pane of a load balancer', () => {
  it('tells its address, health check and who is behind it', async () => {
    const { shown } = await open('loadBalancers', 'hello-lb');
    expect(fact(shown, 'Address')).toBe('127.64.255.1:8080');
    expect(fact(shown, 'Session affinity')).toBe('Client ip');
    expect(fact(shown, 'Draining')).toBe('8 s');
    expect(fact(shown, 'Asks')).toBe('HTTP :8080/');
    expect(within(shown).getByRole('link', { name: 'hello-prod-v001' }).getAttribute('href')).toContain('/clusters');
    expect(actionsIn(shown)).toEqual(['Change', 'Delete']);
    expect(await violations()).toEqual([]);
  });

  it('of HTTP tells which service answers for which hosts and paths', async () => {
    const balancer = aLoadBalancer([], {
      name: 'hello-web',
      region: 'global',
      loadBalancerType: 'HTTP',
      urlMapName: 'hello-web-um',
      certificate: 'hello-cert',
      backendService: undefined,
      defaultService: { name: 'hello-main', healthCheck: { name: 'hc', healthCheckType: 'HTTP', port: 8080 } },
      hostRules: [
        {
          hostPatterns: ['shop.example'],
          pathMatcher: {
            defaultService: { name: 'hello-shop' },
            pathRules: [{ paths: ['/api/*'], backendService: { name: 'hello-api' } }],
          },
        },
      ],
    });
    const { shown } = await open('loadBalancers', 'hello-web', {
      ...helloClouds(),
      'GET /applications/hello/loadBalancers': [balancer],
    });
    expect(fact(shown, 'shop.example /api/*')).toBe('hello-api');
    expect(fact(shown, 'shop.example otherwise')).toBe('hello-shop');
    expect(fact(shown, 'Everything else')).toBe('hello-main');
    expect(fact(shown, 'Certificate')).toBe('hello-cert');

    fireEvent.click(button('Change'));
    const dialog = within(await screen.findByRole('dialog', { name: 'Change hello-web' }));
    expect(dialog.getByLabelText<HTMLInputElement>(/^Backend service of paths 1\.1/, { selector: 'input' }).value).toBe(
      'hello-api',
    );
    expect(dialog.getByText('Nothing differs.')).toBeDefined();
    fireEvent.change(dialog.getByLabelText(/^Backend service of hosts 1/, { selector: 'input' }), {
      target: { value: 'hello-main' },
    });
    expect(dialog.getByRole('row', { name: /^Hosts and paths .*hello-shop.* .*hello-main/ })).toBeDefined();
  });

  it('before every region keeps server groups of one name apart; an instance of each opens in its own', async () => {
    const east = aServerGroup(1, { region: 'us-east1', instances: [anInstance('hello-prod-v001-ee55')] });
    const groups = [aServerGroup(1, { instances: [anInstance('hello-prod-v001-ab12')] }), east];
    const balancer = aLoadBalancer(groups, { region: 'global' });
    const { shown, history } = await open('loadBalancers', 'hello-lb', {
      ...helloClouds(groups),
      'GET /applications/hello/loadBalancers': [balancer],
      'GET /instances/local-gce/us-east1/hello-prod-v001-ee55': east.instances[0],
    });
    const links = within(shown).getAllByRole('link', { name: 'hello-prod-v001' });
    expect(links.map((link) => new URL(link.getAttribute('href') ?? '', 'http://x').searchParams.get('group'))).toEqual(
      ['local-gce/us-central1/hello-prod-v001', 'local-gce/us-east1/hello-prod-v001'],
    );
    // What a load balancer does not tell of an instance, its own server group does.
    expect(button(/^hello-prod-v001-ee55: Up\. hello-lb: The health check passes/)).toBeDefined();
    fireEvent.click(button(/^hello-prod-v001-ee55/));
    expect(await screen.findByRole('complementary', { name: 'Instance hello-prod-v001-ee55' })).toBeDefined();
    expect(new URLSearchParams(history.location.search).get('group')).toBe('local-gce/us-east1/hello-prod-v001');
  });

  it('of a target pool names instances that stand behind it by themselves', async () => {
    const group = aServerGroup(1);
    const balancer = aLoadBalancer([group], {
      loadBalancerType: 'NETWORK',
      targetPool: 'hello-lb-tp',
      ipProtocol: 'UDP',
      instances: [...group.instances.map(({ id }) => id), 'hello-single'],
    });
    const { shown } = await open('loadBalancers', 'hello-lb', {
      ...helloClouds([group]),
      'GET /applications/hello/loadBalancers': [balancer],
    });
    expect(fact(shown, 'Single instances')).toBe('hello-single');
  });
});

const withFirewall = (firewall: object) => ({
  ...helloClouds(),
  'GET /applications/hello/securityGroups': [firewall],
});

describe('the pane of a firewall', () => {
  it('tells what it lets in from where to whom', async () => {
    const { shown } = await open('firewalls', 'hello-web');
    expect(fact(shown, 'Lets in')).toBe('tcp 80, 8080-8089');
    expect(fact(shown, 'From')).toBe('10.0.0.0/8, tag gateway');
    expect(fact(shown, 'To')).toBe('tag web');
    expect(fact(shown, 'Priority')).toBe('1000');
    expect(actionsIn(shown)).toEqual(['Change', 'Clone', 'Disable', 'Delete']);
    expect(await violations()).toEqual([]);
  });

  it('says of one that denies what it denies, and why it is not changed here', async () => {
    const [rule] = aFirewall().inboundRules;
    const denying = aFirewall({
      priority: 900,
      inboundRules: rule ? [{ ...rule, denied: true }] : [],
      targetTags: [],
      targetServiceAccounts: ['robot@p'],
    });
    const { shown } = await open('firewalls', 'hello-web', withFirewall(denying));
    expect(screen.getByRole('cell', { name: 'Denies in tcp 80, 8080-8089' })).toBeDefined();
    expect(fact(shown, 'Denies in')).toBe('tcp 80, 8080-8089');
    expect(fact(shown, 'To')).toBe('service account robot@p');
    expect(fact(shown, 'Lets in')).toBeUndefined();
    expect(fact(shown, 'Priority')).toBe('900');
    expect(button('Change').disabled).toBe(true);
    expect(within(shown).getByText(/^Change, Clone: It denies; only firewalls that let in/)).toBeDefined();
    expect(button('Disable').disabled).toBe(false);
    expect(await violations()).toEqual([]);
  });

  it('says of one for outgoing traffic from whom it goes where', async () => {
    const { shown } = await open(
      'firewalls',
      'hello-web',
      withFirewall(
        aFirewall({
          direction: 'EGRESS',
          sourceTags: [],
          inboundRules: [],
          outboundRules: [{ protocol: 'tcp', range: { ip: '192.0.2.0', cidr: '/24' }, portRanges: [] }],
        }),
      ),
    );
    expect(fact(shown, 'Lets out')).toBe('tcp');
    expect(fact(shown, 'From')).toBe('tag web');
    expect(fact(shown, 'To')).toBe('192.0.2.0/24');
    expect(button('Change').disabled).toBe(true);
  });
});

describe('the pane of an image', () => {
  it('tells its tags and where it runs', async () => {
    const { shown } = await open('images', /^hello-1-1-0/);
    expect(fact(shown, 'stage')).toBe('production');
    expect(await within(shown).findByRole('link', { name: 'hello-prod-v001' })).toBeDefined();
    expect(actionsIn(shown)).toEqual(['Deploy', 'Tag']);
    expect(await violations()).toEqual([]);
  });
});
