import type { Choices, LiveData } from '@gennaker/ui/live-data';
import { describeError } from '@gennaker/ui/panels';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, strings, text } from '@gennaker/ui/stage-ui';
import type { UseQueryResult } from '@tanstack/react-query';
import { strategyUis } from '@gennaker/strategies/ui';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useAccountList } from './accounts.ts';
import { gate } from './gate.ts';
import { useServerGroups } from './infrastructure.ts';
import { keys } from './keys.ts';
import { pipelinesQuery } from './pipelines.ts';
import { useStrategyLab } from './strategy-lab.ts';
import { useTraffic } from './traffic.ts';

/** Choices change rarely: they are read again after this long, in ms. */
const FRESH_MS = 30_000;
/** Runs that are shown go by: they are read again after this long, in ms. */
const RUNS_FRESH_MS = 20_000;

/** What a select offers of what was read: the options, or why there are none. */
export function choices<T>(
  result: UseQueryResult<T>,
  options: (data: T) => Choices['options'],
  empty: string,
): Choices {
  if (result.isPending) return { options: [], loading: result.fetchStatus === 'fetching' };
  if (result.isError) {
    const { message, fix } = describeError(result.error);
    return { options: [], loading: false, note: `Could not be listed: ${(fix ?? message).slice(0, 160)}` };
  }
  const found = options(result.data);
  return { options: found, loading: false, ...(found.length === 0 && empty ? { note: empty } : {}) };
}
/** Options of names, each once, in their order. */
export const named = (names: readonly string[]): Choices['options'] =>
  [...new Set(names)].toSorted().map((value) => ({ value }));

/** Names of a list that may hold names or objects with a name. */
function namesOf(value: unknown): string[] {
  return list(value)
    .map((each) => text(each) || text(object(each)['name']))
    .filter(Boolean);
}

/** Spinnaker groups networks by provider or answers a flat list: both become one list. */
function flatten(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.map(object) : Object.values(object(value)).flatMap(flatten);
}

/** Live data of the forms, read from gate. */
export const liveData: LiveData = {
  useAccounts(provider) {
    return choices(
      useAccountList(),
      (accounts) =>
        accounts
          .filter(({ problem }) => problem === undefined)
          .filter((account) => !provider || (account.cloudProvider ?? account.type) === provider)
          .map((account) => ({ value: account.name, hint: account.cloudProvider ?? account.type ?? '' })),
      'No account is configured; gennaker.yml names them',
    );
  },
  useRegions(account) {
    return choices(
      useAccountList(),
      (accounts) =>
        named(accounts.filter(({ name }) => !account || name === account).flatMap((each) => namesOf(each['regions']))),
      'This account lists no regions',
    );
  },
  useZones(account, region) {
    const zonesIn = (each: JsonObject): string[] =>
      list(each['regions'])
        .map(object)
        .filter((one) => !region || text(one['name']) === region)
        .flatMap((one) => strings(one['zones']));
    return choices(
      useAccountList(),
      (accounts) => named(accounts.filter(({ name }) => !account || name === account).flatMap(zonesIn)),
      'The account lists no zones: leave this empty for all of the region',
    );
  },
  useLoadBalancers(account, region) {
    const result = useQuery({
      queryKey: keys.choices('loadBalancers'),
      queryFn: ({ signal }) => gate.allLoadBalancers({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (all) =>
        all
          .filter((each) => !account || !text(each['account']) || text(each['account']) === account)
          .filter((each) => !region || ['', 'global', region].includes(text(each['region'])))
          .map((each) => ({
            value: text(each['name']),
            hint: [text(each['ipAddress']), text(each['portRange'])].filter(Boolean).join(':'),
          })),
      'No load balancer exists in this region',
    );
  },
  useInstanceTypes(account) {
    const result = useQuery({
      queryKey: keys.choices('instanceTypes'),
      queryFn: ({ signal }) => gate.listInstanceTypes({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (all) =>
        named(
          all
            .filter((each) => !account || !text(each['account']) || text(each['account']) === account)
            .map(({ name }) => name),
        ),
      'The cloud lists no machine types',
    );
  },
  useNetworks(account) {
    const result = useQuery({
      queryKey: keys.choices('networks'),
      queryFn: ({ signal }) => gate.allNetworks({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (all) =>
        named(
          flatten(all)
            .filter((each) => !account || !text(each['account']) || text(each['account']) === account)
            .map((each) => text(each['name']))
            .filter(Boolean),
        ),
      'The cloud lists no networks',
    );
  },
  useBackendServices(account) {
    const result = useQuery({
      queryKey: keys.choices('backendServices', account ?? ''),
      queryFn: ({ signal }) => gate.listBackendServices({ query: account ? { account } : {} }, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(result, (all) => named(all.map(({ name }) => name)), 'None exists yet: a new name makes one');
  },
  useCertificates(account) {
    const result = useQuery({
      queryKey: keys.choices('certificates', account ?? ''),
      queryFn: ({ signal }) => gate.listCertificates({ query: account ? { account } : {} }, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(result, (all) => named(all.map(({ name }) => name)), 'The project has no certificate');
  },
  useImages(account) {
    const result = useQuery({
      queryKey: keys.choices('images', account ?? ''),
      queryFn: ({ signal }) =>
        gate.findImages({ query: { provider: 'gce', ...(account ? { account } : {}) } }, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(result, (all) => named(all.map(({ imageName }) => imageName)), 'No image exists yet');
  },
  useBaseImages(provider) {
    const result = useQuery({
      queryKey: keys.choices('baseImages'),
      queryFn: ({ signal }) => gate.bakeryOptions({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (data) =>
        flatten(data)
          .filter((each) => text(each['cloudProvider']) === provider)
          .flatMap((each) => list(each['baseImages']).map(object))
          .map((each) => (Object.keys(object(each['baseImage'])).length > 0 ? object(each['baseImage']) : each))
          .map((each) => ({
            value: text(each['id']),
            hint: text(each['detailedDescription']) || text(each['shortDescription']),
          }))
          .filter(({ value }) => value !== ''),
      'The bakery offers no base image',
    );
  },
  useDeploymentMonitors() {
    const result = useQuery({
      queryKey: keys.choices('deploymentMonitors'),
      queryFn: ({ signal }) => gate.deploymentMonitors({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (all) => all.filter(({ stable }) => stable).map(({ id, name }) => ({ value: id, hint: name })),
      'No external one is configured; gennaker.yml names them',
    );
  },
  useMasters() {
    const result = useQuery({
      queryKey: keys.choices('masters'),
      queryFn: ({ signal }) => gate.listMasters({ query: { type: 'jenkins' } }, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(result, named, 'No Jenkins is configured; gennaker.yml names them');
  },
  useJobs(master) {
    const result = useQuery({
      queryKey: keys.choices('jobs', master ?? ''),
      queryFn: ({ signal }) => gate.listJobs({ params: { master: master ?? '' } }, { signal }),
      enabled: !!master,
      // A build server that is away is said so at once; a name can be typed.
      retry: false,
      staleTime: FRESH_MS,
    });
    return choices(result, named, 'This Jenkins lists no jobs; type the name of one');
  },
  usePipelines(application) {
    const result = useQuery({ ...pipelinesQuery(application ?? ''), enabled: !!application, staleTime: FRESH_MS });
    return choices(
      result,
      (pipelines) => pipelines.flatMap(({ id, name }) => (id === undefined ? [] : [{ value: id, label: name }])),
      'This application has no pipeline',
    );
  },
  useSubscriptions() {
    const result = useQuery({
      queryKey: keys.choices('subscriptions'),
      queryFn: ({ signal }) => gate.pubsubSubscriptions({}, { signal }),
      staleTime: FRESH_MS,
    });
    return choices(
      result,
      (all) => all.map(({ subscriptionName, pubsubSystem }) => ({ value: subscriptionName, hint: pubsubSystem })),
      'gennaker.yml names no subscription',
    );
  },
  useSchedule(asked) {
    const { data, error, isFetching } = useQuery({
      queryKey: keys.choices('schedule', JSON.stringify(asked ?? null)),
      queryFn: ({ signal }) => {
        const { expression = '', timezone = '', triggerId = '' } = asked ?? {};
        return gate.validateCron({ query: { expression, timezone, triggerId } }, { signal });
      },
      enabled: asked !== undefined,
      placeholderData: keepPreviousData,
      staleTime: RUNS_FRESH_MS,
      refetchInterval: RUNS_FRESH_MS,
      retry: false,
    });
    if (asked === undefined) return {};
    if (!error || isFetching) return { times: data };
    const { message, fix } = describeError(error);
    return { problem: { message, ...(fix ? { fix } : {}) } };
  },
  useTraffic,
  useStrategyLab,
  strategies: strategyUis,
  async readBakeLog(region, id, offset, signal) {
    const piece = await gate.bakeryLogs({ params: { region, id }, query: { offset: String(offset) } }, { signal });
    return { text: piece.logsContent, nextOffset: piece.nextOffset, complete: piece.complete };
  },
  useClusters(application) {
    const { data, isPending } = useServerGroups(application);
    const byName = new Map<string, { account: string; cluster: string; regions: Set<string> }>();
    for (const group of data ?? []) {
      const key = `${group.account}/${group.cluster}`;
      const known = byName.get(key) ?? { account: group.account, cluster: group.cluster, regions: new Set<string>() };
      known.regions.add(group.region);
      byName.set(key, known);
    }
    return {
      clusters: [...byName.values()].map((each) => ({ ...each, regions: [...each.regions].toSorted() })),
      loading: isPending,
    };
  },
};
