import { getRouteApi, useRouter } from '@tanstack/react-router';
import { LoginForm } from '../people/login-form.tsx';
import { returnPath } from '../people/return-path.ts';

const route = getRouteApi('/login');

/** Logging in; afterwards one is back where one was. */
export function LoginPage() {
  const { next } = route.useSearch();
  const router = useRouter();
  return (
    <main id="main" className="login">
      <LoginForm onDone={() => router.history.push(returnPath(next, window.location.origin))} />
    </main>
  );
}
