/** The head of a table: its columns' names; with `actions` one more after them, that only screen readers are told of. */
export function TableHead({
  columns,
  actions = false,
}: {
  readonly columns: readonly string[];
  readonly actions?: boolean;
}) {
  return (
    <thead>
      <tr>
        {columns.map((column) => (
          <th key={column} scope="col">
            {column}
          </th>
        ))}
        {actions ? (
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        ) : null}
      </tr>
    </thead>
  );
}
