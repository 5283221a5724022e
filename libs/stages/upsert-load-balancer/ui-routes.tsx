import { ChoiceField, Wide, WordsField } from '@gennaker/ui/fields';
import type { Choices } from '@gennaker/ui/live-data';
import { RowsField } from '@gennaker/ui/rows-field';
import type { JsonObject } from '@gennaker/ui/stage-ui';
import { list, object, strings, text } from '@gennaker/ui/stage-ui';

/** A backend service by its name, as rules refer to it. */
const named = (name: string | undefined): JsonObject => ({ name: name ?? '' });

/** Which backend service answers for which hosts and paths: the URL map of an HTTP load balancer. */
export function RoutesField({
  rules,
  services,
  onChange,
}: {
  readonly rules: readonly unknown[];
  readonly services: Choices;
  readonly onChange: (rules: JsonObject[]) => void;
}) {
  return (
    <RowsField
      what="host rule"
      rows={rules.map(object)}
      fresh={{ hostPatterns: [], pathMatcher: { defaultService: named(''), pathRules: [] } }}
      onChange={onChange}
    >
      {(rule, index, set) => {
        const matcher = object(rule['pathMatcher']);
        const setMatcher = (patch: JsonObject): void => set({ pathMatcher: { ...matcher, ...patch } });
        return (
          <>
            <WordsField
              label={`Hosts ${index + 1}`}
              required
              help="Such as shop.example or *.shop.example"
              value={strings(rule['hostPatterns'])}
              onChange={(hostPatterns) => set({ hostPatterns })}
            />
            <ChoiceField
              label={`Backend service of hosts ${index + 1}`}
              required
              help="Answers for all paths but those below"
              value={object(matcher['defaultService'])['name']}
              choices={services}
              onChange={(name) => setMatcher({ defaultService: named(name) })}
            />
            <Wide>
              <RowsField
                what={`path rule to hosts ${index + 1}`}
                rows={list(matcher['pathRules']).map(object)}
                fresh={{ paths: [], backendService: named('') }}
                onChange={(pathRules) => setMatcher({ pathRules })}
              >
                {(path, at, setPath) => (
                  <>
                    <WordsField
                      label={`Paths ${index + 1}.${at + 1}`}
                      required
                      help="Such as /api or /api/*"
                      value={strings(path['paths'])}
                      onChange={(paths) => setPath({ paths })}
                    />
                    <ChoiceField
                      label={`Backend service of paths ${index + 1}.${at + 1}`}
                      required
                      value={object(path['backendService'])['name']}
                      choices={services}
                      onChange={(name) => setPath({ backendService: named(name) })}
                    />
                  </>
                )}
              </RowsField>
            </Wide>
          </>
        );
      }}
    </RowsField>
  );
}

/** What the rules lack. */
export function routeProblems(rules: readonly unknown[]): string[] {
  return rules.map(object).flatMap((rule, index) => {
    const matcher = object(rule['pathMatcher']);
    const paths = list(matcher['pathRules']).map(object);
    return [
      ...(strings(rule['hostPatterns']).length > 0 ? [] : [`name the hosts of rule ${index + 1}`]),
      ...(text(object(matcher['defaultService'])['name']) ? [] : [`choose the backend service of hosts ${index + 1}`]),
      ...paths.flatMap((path, at) => [
        ...(strings(path['paths']).length > 0 ? [] : [`name the paths ${index + 1}.${at + 1}`]),
        ...(text(object(path['backendService'])['name'])
          ? []
          : [`choose the backend service of paths ${index + 1}.${at + 1}`]),
      ]),
    ];
  });
}
