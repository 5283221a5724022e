import { useInfiniteQuery } from '@tanstack/react-query';
import { DAY_MS, startOf } from './day.ts';
import { gate } from './gate.ts';
import { keys } from './keys.ts';

const PAGE = 25;

/** What executions are searched by, as it stands in the address: texts, and days as YYYY-MM-DD. */
export interface SearchCriteria {
  readonly user?: string | undefined;
  readonly parameter?: string | undefined;
  /** Types of triggers, separated by commas. */
  readonly trigger?: string | undefined;
  readonly artifact?: string | undefined;
  readonly commit?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Is anything searched for? */
export function isSearch(criteria: SearchCriteria): boolean {
  return Object.values(criteria).some((value) => value !== undefined && value !== '');
}

/** An application's executions of any age that fit, newest first, page by page. */
export function useExecutionSearch(application: string, criteria: SearchCriteria) {
  const { trigger, from, to, ...texts } = criteria;
  const until = startOf(to);
  return useInfiniteQuery({
    queryKey: keys.executionSearch(application, JSON.stringify(criteria)),
    enabled: isSearch(criteria),
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      gate.searchAllExecutions(
        {
          query: {
            ...texts,
            application,
            triggerTypes: trigger,
            triggerTimeStartBoundary: startOf(from),
            triggerTimeEndBoundary: until === undefined ? undefined : until + DAY_MS - 1,
            size: PAGE,
            expand: 'true',
            after: pageParam,
          },
        },
        { signal },
      ),
    getNextPageParam: ({ next }) => next,
  });
}
