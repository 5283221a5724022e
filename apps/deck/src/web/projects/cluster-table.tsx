import type { ServerGroup } from '@gennaker/contracts/clouddriver';
import { Link } from '@tanstack/react-router';
import { HealthCount } from '../infrastructure/health-count.tsx';
import { imageOf, versionOf } from '../infrastructure/version.ts';
import { clusterRows, type ProjectCluster } from './project-clusters.ts';

const words = (part: string): string => (part === '*' ? 'any' : part === '' ? 'none' : part);

/** One cluster of a project: what serves of each application, by region. */
export function ClusterTable({
  cluster,
  applications,
  groups,
}: {
  readonly cluster: ProjectCluster;
  readonly applications: readonly string[];
  readonly groups: readonly ServerGroup[];
}) {
  const rows = clusterRows(cluster, applications, groups);
  const regions = [...new Set(rows.flatMap((row) => [...row.regions.keys()]))].toSorted((a, b) => a.localeCompare(b));
  const title = `${cluster.account} · stack ${words(cluster.stack)} · detail ${words(cluster.detail)}`;
  return (
    <section className="cluster" aria-label={title}>
      <div className="cluster-head">
        <h3>{title}</h3>
      </div>
      <div className="card">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">Application</th>
              {regions.map((region) => (
                <th key={region} scope="col">
                  {region}
                </th>
              ))}
              {regions.length === 0 ? <th scope="col">Regions</th> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ application, regions: there }) => (
              <tr key={application}>
                <th scope="row">
                  <Link
                    className="link"
                    to="/applications/$application/clusters"
                    params={{ application }}
                    search={{ account: cluster.account }}
                  >
                    {application}
                  </Link>
                </th>
                {regions.map((region) => {
                  const cell = there.get(region);
                  return (
                    <td key={region}>
                      {cell ? (
                        <>
                          <div>{versionOf(cell.newest) || imageOf(cell.newest) || cell.newest.name}</div>
                          <HealthCount instances={cell.serving.flatMap(({ instances }) => instances)} />
                        </>
                      ) : (
                        <span className="gk-muted">Nothing serves</span>
                      )}
                    </td>
                  );
                })}
                {regions.length === 0 ? <td className="gk-muted">Nothing serves</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
