import { Facts } from './panels.tsx';
import type { StageDetailsProps } from './stage-ui.tsx';
import { object, strings, text } from './stage-ui.tsx';
import { targetWords } from './target-fields.tsx';

/** Names of server groups that a stage or one below it dealt with. */
export function serverGroupsOf({ stage, children }: Pick<StageDetailsProps, 'stage' | 'children'>): string[] {
  const found = [stage, ...children].flatMap((each) =>
    [each.context, each.outputs].flatMap((values) => [
      text(values['serverGroupName']),
      ...Object.values(object(values['deploy.server.groups'])).flatMap(strings),
    ]),
  );
  return [...new Set(found.filter((name) => name !== '' && !name.includes('${')))];
}

/** Details of a stage that changes a server group: which one, where. */
export function TargetDetails(props: StageDetailsProps) {
  const { context } = props.stage;
  const groups = serverGroupsOf(props);
  return (
    <Facts
      of={[
        [
          'Server group',
          groups.length > 0 ? (
            <span className="gk-mono">{groups.join(', ')}</span>
          ) : (
            `${targetWords(context['target'])}, found when it runs`
          ),
        ],
        ['Cluster', text(context['cluster'])],
        ['Account', text(context['credentials'])],
        ['Region', strings(context['regions']).join(', ') || text(context['region'])],
      ]}
    />
  );
}
