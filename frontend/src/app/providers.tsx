import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useSessionEvents } from "@/shared/session/me";
import { theme } from "./theme";

type Props = { queryClient: QueryClient; env?: "test"; children: ReactNode };

/**
 * Mantine writes no <style> elements here, so that the content security policy needs no 'unsafe-inline': its variables are in
 * theme.gen.css, its global classes are not used, and neither are its responsive props.
 */
export function Providers({ queryClient, env, children }: Props) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false} env={env}>
      <QueryClientProvider client={queryClient}>
        <Notifications position="top-center" autoClose={4000} limit={3} />
        <SessionEvents />
        {children}
      </QueryClientProvider>
    </MantineProvider>
  );
}

function SessionEvents() {
  useSessionEvents();
  return null;
}
