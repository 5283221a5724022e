import { Button, PasswordInput, TextInput } from '@mantine/core';
import { ErrorPanel } from '@gennaker/ui/panels';
import { useState } from 'react';
import { useLogin } from '../queries/people.ts';

/** Asks for name and password. `onDone` is called when one is logged in. */
export function LoginForm({ onDone }: { readonly onDone: () => void }) {
  const login = useLogin();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  return (
    <form
      className="card"
      onSubmit={(event) => {
        event.preventDefault();
        login.mutate({ username: username.trim(), password }, { onSuccess: onDone });
      }}
    >
      <h1>Log in</h1>
      <TextInput
        label="Name"
        autoComplete="username"
        autoFocus
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {login.isError ? <ErrorPanel title="You are not logged in" error={login.error} /> : null}
      <Button type="submit" loading={login.isPending} disabled={username.trim() === '' || password === ''}>
        Log in
      </Button>
    </form>
  );
}
