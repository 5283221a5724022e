import { Link } from '@tanstack/react-router';
import type { FoundDocument } from '../queries/document-search.ts';

const WORDS: Readonly<Record<FoundDocument['kind'], string>> = {
  application: 'Applications',
  pipeline: 'Pipelines',
  project: 'Projects',
};
/** Hits shown of each kind; whoever wants fewer types more. */
const SHOWN = 20;

/** Applications, pipelines and projects that were found, by kind. */
export function DocumentHits({ found }: { readonly found: readonly FoundDocument[] }) {
  return [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, hits]) => (
    <section key={kind} className="cluster" aria-label={WORDS[kind]}>
      <div className="cluster-head">
        <h2>{WORDS[kind]}</h2>
        <span className="gk-muted">{hits.length > SHOWN ? `${SHOWN} of ${hits.length}` : hits.length}</span>
      </div>
      <ul className="card hits">
        {hits.slice(0, SHOWN).map((hit) => (
          <li key={hit.kind === 'pipeline' ? hit.id : hit.name}>
            <HitLink hit={hit} />
            <span className="gk-muted">{hit.about}</span>
          </li>
        ))}
      </ul>
    </section>
  ));
}

function HitLink({ hit }: { readonly hit: FoundDocument }) {
  if (hit.kind === 'application')
    return (
      <Link className="link" to="/applications/$application/executions" params={{ application: hit.name }} search={{}}>
        {hit.name}
      </Link>
    );
  if (hit.kind === 'project')
    return (
      <Link className="link" to="/projects/$project/dashboard" params={{ project: hit.name }}>
        {hit.name}
      </Link>
    );
  return (
    <Link
      className="link"
      to="/applications/$application/executions/configure/$pipelineId"
      params={{ application: hit.about, pipelineId: hit.id }}
      search={{}}
    >
      {hit.name}
    </Link>
  );
}
