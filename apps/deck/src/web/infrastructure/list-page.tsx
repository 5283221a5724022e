import { Button, Select, Skeleton } from '@mantine/core';
import type { Icon } from '@gennaker/ui/icons';
import { EmptyState, Note } from '@gennaker/ui/panels';
import type { ReactNode } from 'react';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';
import { DialogHolder } from './dialog-holder.tsx';
import { useListKeys } from './opener.tsx';
import { PaneFrame } from './pane.tsx';
import type { ReadList } from './read-failure.tsx';
import { ReadFailure } from './read-failure.tsx';

/** What a list is filtered by; it lives in the address. */
export interface ListFilter {
  readonly q?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly stack?: string | undefined;
  readonly detail?: string | undefined;
  readonly status?: string | undefined;
}

/** Nothing is filtered out. */
export const NO_FILTER = {
  q: undefined,
  account: undefined,
  region: undefined,
  stack: undefined,
  detail: undefined,
  status: undefined,
} as const satisfies ListFilter;

/** What else a thing is filtered by: parts of its name, and its state in a word. */
export type Facets = Pick<ListFilter, 'stack' | 'detail' | 'status'>;
const FACETS = ['stack', 'detail', 'status'] as const;
const noFacets = (): Facets => ({});

/** Where a listed thing is. */
interface Placed {
  readonly account: string;
  readonly region?: string | undefined;
}

/** Those of a list that are where the filter says and hold its words. */
export function filtered<T extends Placed>(
  all: readonly T[],
  filter: ListFilter,
  words: (one: T) => string,
  facets: (one: T) => Facets = noFacets,
): T[] {
  const { q = '', account, region } = filter;
  const wanted = q.trim().toLowerCase();
  return all.filter(
    (one) =>
      FACETS.every((facet) => !filter[facet] || facets(one)[facet] === filter[facet]) &&
      (!account || one.account === account) &&
      (!region || one.region === region) &&
      `${words(one)} ${one.account} ${one.region ?? ''}`.toLowerCase().includes(wanted),
  );
}

function PlaceSelect({
  label,
  values,
  value,
  onChange,
}: {
  readonly label: string;
  readonly values: readonly string[];
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const data = [...new Set([...values, ...(value ? [value] : [])])].toSorted();
  if (data.length < 2 && !value) return null;
  return (
    <Select
      size="sm"
      w={170}
      aria-label={label}
      placeholder={label}
      data={data}
      value={value ?? null}
      clearable
      clearButtonProps={{ 'aria-label': `${label}: all` }}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** A page that lists things of clouds: head with filters, what is wrong or missing, the list, and one of them beside it. */
export function ListPage<T extends Placed>({
  title,
  things,
  icon,
  list,
  filter,
  onFilter,
  facets = noFacets,
  shown,
  create,
  more,
  none,
  open,
  onClose,
  pane,
  children,
}: {
  readonly title: string;
  /** What is listed, in the plural. */
  readonly things: string;
  readonly icon: Icon;
  readonly list: ReadList<T>;
  readonly filter: ListFilter;
  readonly onFilter: (filter: ListFilter) => void;
  readonly facets?: (one: T) => Facets;
  readonly shown: number;
  /** Opens what makes a new one. */
  readonly create?: ReactNode;
  /** Further controls of the head. */
  readonly more?: ReactNode;
  readonly none: { readonly title: string; readonly why: string; readonly actions?: ReactNode };
  /** What the address opens, `account/region/name`. */
  readonly open: string | undefined;
  readonly onClose: () => void;
  /** What is opened, where the list has it. */
  readonly pane: ReactNode;
  readonly children: ReactNode;
}) {
  useListKeys();
  const all = list.data ?? [];
  const set = (patch: ListFilter): void => onFilter({ ...filter, ...patch });
  const narrowed = Object.values(filter).some(Boolean);
  const beside = pane ?? (open && list.data ? <GonePane things={things} open={open} onClose={onClose} /> : null);
  return (
    <DialogHolder>
      <div className="with-pane" data-pane={Boolean(beside)}>
        <div className="page">
          <PageHead title={title} wraps>
            {more}
            {all.length > 0 || narrowed ? (
              <>
                <PlaceSelect
                  label="Account"
                  values={all.map(({ account }) => account)}
                  value={filter.account}
                  onChange={(account) => set({ account })}
                />
                <PlaceSelect
                  label="Region"
                  values={all.flatMap(({ region }) => region ?? [])}
                  value={filter.region}
                  onChange={(region) => set({ region })}
                />
                {FACETS.map((facet) => (
                  <PlaceSelect
                    key={facet}
                    label={`${facet.charAt(0).toUpperCase()}${facet.slice(1)}`}
                    values={all.flatMap((one) => facets(one)[facet] ?? [])}
                    value={filter[facet]}
                    onChange={(value) => set({ [facet]: value })}
                  />
                ))}
                <PageFilter
                  label={`Filter ${things}`}
                  value={filter.q ?? ''}
                  onChange={(value) => set({ q: value || undefined })}
                />
              </>
            ) : null}
            {create}
          </PageHead>
          <ReadFailure things={things} list={list} />
          {list.isPending ? (
            <div aria-busy style={{ display: 'grid', gap: 16 }}>
              <Skeleton height={18} width={220} />
              <Skeleton height={120} radius="lg" />
            </div>
          ) : list.data === undefined ? null : shown > 0 ? (
            children
          ) : narrowed && all.length > 0 ? (
            <EmptyState
              icon={icon}
              title={filter.q ? `Nothing matches “${filter.q}”` : 'Nothing is there'}
              actions={
                <Button variant="default" onClick={() => onFilter({})}>
                  Clear the filter
                </Button>
              }
            >
              {all.length} {things} stand outside the filter.
            </EmptyState>
          ) : (
            <EmptyState icon={icon} title={none.title} actions={none.actions}>
              {none.why}
            </EmptyState>
          )}
        </div>
        {beside}
      </div>
    </DialogHolder>
  );
}

/** Says that the list does not have what the address opens. */
function GonePane({
  things,
  open,
  onClose,
}: {
  readonly things: string;
  readonly open: string;
  readonly onClose: () => void;
}) {
  const place = open.split('/');
  const name = place.pop() ?? '';
  return (
    <PaneFrame label={`${name}, which is not there`} title={name} actions={null} onClose={onClose}>
      <div className="pane-notes">
        <Note
          look="paused"
          title="It is not there"
          why={`No look at ${place.join(' · ')} shows it among the ${things}: it is gone, or you may not see it.`}
          next="Where it should be there, see whether the address is mistyped."
        />
      </div>
    </PaneFrame>
  );
}
