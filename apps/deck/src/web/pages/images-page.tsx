import { Switch } from '@mantine/core';
import { DiskIcon } from '@gennaker/ui/icons';
import { TableHead } from '@gennaker/ui/table-head';
import { Ago } from '@gennaker/ui/time';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ImagePane, madeAt } from '../infrastructure/image-pane.tsx';
import { filtered, ListPage } from '../infrastructure/list-page.tsx';
import { Opener } from '../infrastructure/opener.tsx';
import { useImages } from '../queries/infrastructure.ts';

const route = getRouteApi('/applications/$application/images');

/** Images with their tags: the application's own, on request all. One opens beside the list. */
export function ImagesPage() {
  const { application } = route.useParams();
  const { q, account, all = false, open } = route.useSearch();
  const navigate = useNavigate({ from: '/applications/$application/images' });
  const images = useImages();
  const own = (images.data ?? []).filter(
    ({ imageName }) => all || imageName === application || imageName.startsWith(`${application}-`),
  );
  const filter = { q, account };
  const shown = filtered(own, filter, ({ imageName, family = '', tags = {} }) =>
    [imageName, family, ...Object.entries(tags).map(([name, value]) => `${name}=${value}`)].join(' '),
  );
  const keyOf = ({ account: of, imageName }: (typeof own)[number]): string => `${of}/${imageName}`;
  const selected = (images.data ?? []).find((each) => keyOf(each) === open);
  const show = (key: string | undefined): void =>
    void navigate({ search: (was) => ({ ...was, open: key }), replace: true, resetScroll: false });
  return (
    <ListPage
      title="Images"
      things="images"
      icon={DiskIcon}
      list={{ ...images, data: images.data && own }}
      filter={filter}
      onFilter={(next) =>
        void navigate({ search: (was) => ({ ...was, q: next.q, account: next.account }), replace: true })
      }
      shown={shown.length}
      more={
        <Switch
          size="sm"
          label="All images"
          checked={all}
          onChange={(event) => {
            const on = event.currentTarget.checked;
            void navigate({ search: (was) => ({ ...was, all: on || undefined }), replace: true });
          }}
        />
      }
      none={{
        title: all ? 'No account has an image yet' : `${application} has no image yet`,
        why: `A bake stage makes images. Shown are those whose names start with “${application}-”, or all on request.`,
      }}
      open={open}
      onClose={() => show(undefined)}
      pane={
        selected ? (
          <ImagePane key={keyOf(selected)} application={application} image={selected} onClose={() => show(undefined)} />
        ) : null
      }
    >
      <div className="card">
        <table className="table table-rows">
          <TableHead actions columns={['Name', 'Tags', 'Made']} />
          <tbody>
            {shown.map((each) => (
              <tr key={keyOf(each)} data-selected={open === keyOf(each)}>
                <td>
                  <Opener name={each.imageName} open={open === keyOf(each)} onOpen={() => show(keyOf(each))} />
                  <div className="app-about">{[each.account, each.family].filter(Boolean).join(' · ')}</div>
                </td>
                <td className="gk-mono">
                  {Object.entries(each.tags ?? {})
                    .map(([name, value]) => `${name}=${value}`)
                    .join(' ')}
                </td>
                <td className="gk-muted no-wrap">{madeAt(each) === undefined ? '' : <Ago at={madeAt(each) ?? 0} />}</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </ListPage>
  );
}
