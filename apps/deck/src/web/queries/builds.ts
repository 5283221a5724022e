import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

/** Pause between reads while a build runs, and while none does, in ms. */
const RUNNING_MS = 3000;
const IDLE_MS = 20_000;

/** The last builds of a job, the newest first. */
export function useBuilds(master: string, job: string) {
  return useQuery({
    queryKey: keys.builds(master, job),
    queryFn: ({ signal }) => gate.listBuilds({ params: { master }, query: { job } }, { signal }),
    enabled: master !== '' && job !== '',
    // A build server that is away is said so at once.
    retry: false,
    refetchInterval: ({ state }) => (state.data?.some(({ building }) => building) ? RUNNING_MS : IDLE_MS),
  });
}

/** One build with its artifacts. */
export function useBuild(master: string, job: string, number: number) {
  return useQuery({
    queryKey: keys.builds(master, job, String(number)),
    queryFn: ({ signal }) => gate.getBuild({ params: { master, number }, query: { job } }, { signal }),
    retry: false,
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => (state.data?.building ? RUNNING_MS : false),
  });
}
