import { Button, Select, Skeleton } from '@mantine/core';
import { DELIVERY_STATES } from '@gennaker/contracts/notifications';
import { BellIcon } from '@gennaker/ui/icons';
import { EmptyState, ErrorPanel } from '@gennaker/ui/panels';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { DELIVERY_WORDS, DeliveryTable } from '../notifications/delivery-table.tsx';
import { NotificationSettingsForm } from '../notifications/notification-settings-form.tsx';
import { useApplications } from '../queries/applications.ts';
import { useDeliveries } from '../queries/notifications.ts';
import { useMe } from '../queries/people.ts';
import { PageHead } from '../shell/page-head.tsx';

const route = getRouteApi('/notifications');
const STATES = DELIVERY_STATES.map((value) => ({ value, label: DELIVERY_WORDS[value].words }));

/** Messages to people and what became of them, first those that were given up; and who is told of all applications. */
export function NotificationsPage() {
  const filter = route.useSearch();
  const navigate = useNavigate({ from: '/notifications' });
  const admin = useMe().data?.isAdmin === true;
  const applications = useApplications();
  const deliveries = useDeliveries(filter);
  const all = deliveries.data?.pages.flat() ?? [];
  return (
    <main id="main" className="page" tabIndex={-1}>
      <PageHead title="Notifications" wraps>
        <Select
          size="sm"
          w={170}
          aria-label="State of messages"
          placeholder="All states"
          clearable
          clearButtonProps={{ 'aria-label': 'All states' }}
          data={STATES}
          value={filter.state ?? null}
          onChange={(state) =>
            void navigate({
              search: (was) => ({ ...was, state: STATES.find(({ value }) => value === state)?.value }),
              replace: true,
            })
          }
        />
        <Select
          size="sm"
          w={200}
          aria-label="Application"
          placeholder="All applications"
          searchable
          clearable
          clearButtonProps={{ 'aria-label': 'All applications' }}
          data={(applications.data ?? []).map(({ name }) => name)}
          value={filter.application ?? null}
          onChange={(application) =>
            void navigate({ search: (was) => ({ ...was, application: application ?? undefined }), replace: true })
          }
        />
      </PageHead>
      {deliveries.isPending ? (
        <Skeleton height={200} radius="lg" role="status" aria-label="Reading the messages" />
      ) : deliveries.isError ? (
        <ErrorPanel title="The messages could not be read" error={deliveries.error} />
      ) : all.length === 0 ? (
        <EmptyState icon={BellIcon} title={filter.state === 'dead' ? 'Nothing was given up' : 'No message yet'}>
          What applications, pipelines and stages tell people appears here, with what the receiver said. A message that
          cannot be delivered is sent again for a day; then it waits here for somebody.
        </EmptyState>
      ) : (
        <DeliveryTable deliveries={all} />
      )}
      {deliveries.hasNextPage ? (
        <Button
          mt={12}
          variant="default"
          loading={deliveries.isFetchingNextPage}
          onClick={() => void deliveries.fetchNextPage()}
        >
          Older messages
        </Button>
      ) : null}
      {admin ? (
        <section aria-labelledby="global" className="page-section">
          <h2 id="global">Of all applications</h2>
          <p className="gk-muted">
            These are told of every pipeline, beside those that an application or a pipeline has itself.
          </p>
          <NotificationSettingsForm of="global" />
        </section>
      ) : null}
    </main>
  );
}
