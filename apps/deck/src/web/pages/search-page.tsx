import { Button, Select, Skeleton } from '@mantine/core';
import type { SearchHit, SearchType } from '@gennaker/contracts/cloud-views';
import { SEARCH_TYPES } from '@gennaker/contracts/cloud-views';
import { SearchIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useApplications } from '../queries/applications.ts';
import { useDocumentSearch } from '../queries/document-search.ts';
import { SEARCH_LEAST, useSearch } from '../queries/infrastructure.ts';
import { DocumentHits } from '../search/document-hits.tsx';
import { PageFilter } from '../shell/page-filter.tsx';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/search');

const WORDS: Readonly<Record<SearchType, string>> = {
  clusters: 'Clusters',
  serverGroups: 'Server groups',
  instances: 'Instances',
  loadBalancers: 'Load balancers',
  securityGroups: 'Firewalls',
  images: 'Images',
  backendServices: 'Backend services',
  healthChecks: 'Health checks',
  addresses: 'Addresses',
  certificates: 'Certificates',
};

/** Hits of each kind that are shown at first, and that each click shows more. */
const STEP = 100;

/** Finds applications, pipelines and projects, and things of all clouds by parts of names, addresses, images and labels. */
export function SearchPage() {
  const { q = '', type } = route.useSearch();
  const navigate = useNavigate({ from: '/search' });
  const kind = SEARCH_TYPES.find((each) => each === type);
  const [more, setMore] = useState({ q, size: STEP });
  const size = more.q === q ? more.size : STEP;
  const found = useSearch(q.trim(), kind, size);
  // A kind of the clouds asks for that kind alone.
  const documents = useDocumentSearch(kind ? '' : q);
  const [asks] = useState(q === '');
  useEffect(() => {
    if (asks) document.querySelector<HTMLInputElement>('[data-page-filter]')?.focus();
  }, [asks]);
  const sets = (found.data ?? []).filter(({ results }) => results.length > 0);
  return (
    <main id="main" className="page page-narrow" tabIndex={-1}>
      <PageHead title="Search" wraps>
        <Select
          size="sm"
          w={180}
          aria-label="What to look for"
          placeholder="Everything"
          clearable
          clearButtonProps={{ 'aria-label': 'Look for everything' }}
          data={SEARCH_TYPES.map((each) => ({ value: each, label: WORDS[each] }))}
          value={kind ?? null}
          onChange={(next) => void navigate({ search: (was) => ({ ...was, type: next ?? undefined }), replace: true })}
        />
        <PageFilter
          label="Search everything"
          width={320}
          value={q}
          onChange={(next) => void navigate({ search: (was) => ({ ...was, q: next || undefined }), replace: true })}
        />
      </PageHead>
      <DocumentHits found={documents} />
      {q.trim().length < SEARCH_LEAST ? (
        <EmptyState icon={SearchIcon} title={`Type at least ${SEARCH_LEAST} letters`}>
          Applications, pipelines and projects are searched, and in every account that you may look at names, addresses,
          images and labels (as in team=web).
        </EmptyState>
      ) : found.isError ? (
        <ErrorPanel
          title="The search did not work"
          error={found.error}
          action={
            <Button size="compact-sm" variant="default" onClick={() => void found.refetch()}>
              Try again
            </Button>
          }
        />
      ) : found.isPending ? (
        <Skeleton height={160} radius="lg" role="status" aria-label="Searching" />
      ) : sets.length === 0 && documents.length > 0 ? null : sets.length === 0 ? (
        <EmptyState icon={SearchIcon} title={`Nothing matches “${q}”`}>
          Parts of names, addresses, images and labels were searched
          {kind ? `, of ${WORDS[kind].toLowerCase()} only` : ''}.
        </EmptyState>
      ) : (
        sets.map(({ type: of, results, totalMatches }) => (
          <section key={of} className="cluster" aria-label={WORDS[of]}>
            <div className="cluster-head">
              <h2>{WORDS[of]}</h2>
              <span className="gk-muted">
                {results.length < totalMatches ? `${results.length} of ${totalMatches}` : totalMatches}
              </span>
            </div>
            <ul className="card hits">
              {results.map((hit) => (
                <li key={`${hit.account}/${hit.region ?? ''}/${hit.serverGroup ?? ''}/${hit.name}`}>
                  <HitName hit={hit} />
                  <span className="gk-muted">
                    {[hit.account, hit.region, hit.application, hit.matched].filter(Boolean).join(' · ')}
                  </span>
                </li>
              ))}
            </ul>
            {results.length < totalMatches ? (
              <Button
                mt={6}
                size="compact-sm"
                variant="subtle"
                color="gray"
                loading={found.isPlaceholderData}
                onClick={() => setMore({ q, size: size + STEP })}
              >
                Show more {WORDS[of].toLowerCase()}
              </Button>
            ) : null}
          </section>
        ))
      )}
    </main>
  );
}

/** The name of what was found, leading to where it is shown; plain where no page shows it. */
function HitName({ hit }: { readonly hit: SearchHit }) {
  const { type, name, account, region = 'global', serverGroup } = hit;
  const shownIn = useShowingApplication(hit);
  const application = hit.application ?? shownIn;
  const look = 'link gk-mono';
  if (!application) return <span className="gk-mono">{name}</span>;
  const params = { application };
  const place = `${account}/${region}`;
  if (type === 'clusters')
    return (
      <Link className={look} to="/applications/$application/clusters" params={params} search={{ q: name, account }}>
        {name}
      </Link>
    );
  if (type === 'serverGroups')
    return (
      <Link
        className={look}
        to="/applications/$application/clusters"
        params={params}
        search={{ group: `${place}/${name}` }}
      >
        {name}
      </Link>
    );
  if (type === 'instances')
    return (
      <Link
        className={look}
        to="/applications/$application/clusters"
        params={params}
        search={{ group: `${place}/${serverGroup ?? ''}`, instance: hit.instanceId ?? name }}
      >
        {name}
      </Link>
    );
  if (type === 'loadBalancers')
    return (
      <Link
        className={look}
        to="/applications/$application/loadBalancers"
        params={params}
        search={{ open: `${place}/${name}` }}
      >
        {name}
      </Link>
    );
  if (type === 'securityGroups')
    return (
      <Link
        className={look}
        to="/applications/$application/firewalls"
        params={params}
        search={{ open: `${place}/${name}` }}
      >
        {name}
      </Link>
    );
  if (type === 'images')
    return (
      <Link
        className={look}
        to="/applications/$application/images"
        params={params}
        search={{ open: `${account}/${name}`, all: true }}
      >
        {name}
      </Link>
    );
  return <span className="gk-mono">{name}</span>;
}

/**
 * The application whose page shows an image, which is of no application: that whose name its own begins with, or else
 * any. Undefined for other things.
 */
function useShowingApplication({ type, name }: SearchHit): string | undefined {
  const applications = useApplications().data ?? [];
  if (type !== 'images') return undefined;
  const own = applications.filter((each) => name === each.name || name.startsWith(`${each.name}-`));
  return (own.toSorted((a, b) => b.name.length - a.name.length)[0] ?? applications[0])?.name;
}
