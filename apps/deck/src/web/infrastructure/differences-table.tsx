import type { JsonObject } from '@gennaker/ui/stage-ui';
import { TableHead } from '@gennaker/ui/table-head';
import { differences } from './differences.ts';

/** Names of fields, in words. */
const FIELDS: Readonly<Record<string, string>> = {
  allowed: 'Protocols and ports',
  autoHealingPolicy: 'Autohealing',
  autoscalingPolicy: 'Autoscaling',
  capacity: 'Instances',
  connectionDrainingTimeoutSec: 'Draining, seconds',
  defaultService: 'Default backend service',
  disableTraffic: 'Without traffic',
  distributionPolicy: 'Zones',
  freeFormDetails: 'Detail',
  healthCheck: 'Health check',
  hostRules: 'Hosts and paths',
  instanceType: 'Instance type',
  loadBalancers: 'Load balancers',
  portRange: 'Port',
  sessionAffinity: 'Session affinity',
  sourceRanges: 'From addresses',
  sourceTags: 'From tags',
  targetTags: 'To tags',
  useSourceCapacity: 'As many instances as the source',
};

/** A field's name as people read it. */
function fieldWords(field: string): string {
  return FIELDS[field] ?? `${field.slice(0, 1).toUpperCase()}${field.slice(1)}`;
}

/** What is asked for beside what there is, field by field. */
export function DifferencesTable({
  title,
  before,
  after,
}: {
  readonly title: string;
  readonly before: JsonObject;
  readonly after: JsonObject;
}) {
  const rows = differences(before, after);
  return (
    <section className="differences" aria-label={title}>
      <h4 className="gk-section-title">{title}</h4>
      {rows.length === 0 ? (
        <p className="gk-muted panel-none">Nothing differs.</p>
      ) : (
        <table className="table">
          <TableHead columns={['Field', 'Now', 'Then']} />
          <tbody>
            {rows.map(({ field, before: was, after: then }) => (
              <tr key={field}>
                <th scope="row">{fieldWords(field)}</th>
                <td>
                  <del>{was}</del>
                </td>
                <td>
                  <ins>{then}</ins>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
