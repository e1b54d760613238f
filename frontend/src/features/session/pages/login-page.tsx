import { Alert, Button, Card, Checkbox, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Navigate, useSearchParams } from "react-router";
import { fieldErrorsOf, messageOf, ProblemError } from "@/shared/api/problem";
import { meQuery } from "@/shared/session/me";
import { Logo } from "@/shared/ui/logo";
import { useDocumentTitle } from "@/shared/ui/page";
import { useLogin } from "../api/session";
import classes from "./login-page.module.css";

export default function LoginPage() {
  const [params] = useSearchParams();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [remember, setRemember] = useState(false);
  const login = useLogin();
  const me = useQueryClient().getQueryData(meQuery.queryKey);
  useDocumentTitle("Log in");
  if (me) return <Navigate to={safePath(params.get("next"))} replace />;

  const errors = fieldErrorsOf(login.error);
  const send = (event: FormEvent) => {
    event.preventDefault();
    login.mutate({ email: email.trim(), password, remember });
  };
  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <Logo size={36} />
        <Title order={1} ta="center" mt="sm">
          Log in to Tickets
        </Title>
        <Text c="dimmed" size="sm" ta="center" mb="lg">
          File a request, see where it stands, talk about it.
        </Text>
        <Card withBorder padding="lg" radius="lg">
          <form onSubmit={send} aria-label="Log in">
            <Stack gap="md">
              <TextInput
                label="E-mail"
                type="email"
                required
                autoFocus
                autoComplete="username"
                error={errors.email}
                value={email}
                onChange={(event) => setEmail(event.currentTarget.value)}
              />
              <PasswordInput
                label="Password"
                required
                autoComplete="current-password"
                visibilityToggleButtonProps={{ "aria-label": "Show the password" }}
                error={errors.password}
                value={password}
                onChange={(event) => setPassword(event.currentTarget.value)}
              />
              <Checkbox label="Keep me logged in" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
              {login.isError && (
                <Alert color="red" role="alert">
                  {loginMessage(login.error)}
                </Alert>
              )}
              <Button type="submit" loading={login.isPending} fullWidth>
                Log in
              </Button>
            </Stack>
          </form>
        </Card>
      </div>
    </main>
  );
}

function loginMessage(error: unknown): string {
  if (error instanceof ProblemError && error.code === "invalid_credentials") return "This e-mail and password do not belong together.";
  return messageOf(error);
}

/** Where one wanted to go; only inside this application. */
export function safePath(next: string | null): string {
  return next !== null && /^\/(?![/\\])/.test(next) ? next : "/";
}
