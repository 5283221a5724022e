import { Note } from '@gennaker/ui/panels';
import { type JsonObject, object, strings, text } from '@gennaker/ui/stage-ui';

/** Notifications as they are stored, to read: none of them is delivered by this system, which is said. */
export function NotificationList({ of }: { readonly of: readonly JsonObject[] }) {
  return (
    <>
      <Note
        look="paused"
        title="These are kept, and nobody is told"
        why="This system delivers no notifications."
        next="They stay in the document as they are, and go along with every export."
      />
      <div className="card notification-list">
        <table className="table" aria-label="Notifications">
          <thead>
            <tr>
              <th scope="col">How</th>
              <th scope="col">To</th>
              <th scope="col">When</th>
              <th scope="col">Text</th>
            </tr>
          </thead>
          <tbody>
            {of.map((notification, index) => (
              <tr key={index}>
                <td>{text(notification['type']) || 'Not said'}</td>
                <td className="gk-mono">{text(notification['address']) || text(notification['publisherName'])}</td>
                <td>
                  {strings(notification['when']).map((when) => (
                    <div key={when} className="gk-mono">
                      {when}
                    </div>
                  ))}
                </td>
                <td>
                  {Object.entries(object(notification['message'])).map(([when, message]) => (
                    <div key={when}>{text(object(message)['text'])}</div>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
