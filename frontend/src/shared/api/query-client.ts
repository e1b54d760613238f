import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";

/** What the server said no to stays no; a broken line or server is tried twice more. */
export function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ProblemError && error.status < 500;
  return !refused && failures < 2;
}

/** Long enough for two components that ask for the same at once; what is not on the screen hears no live news, so it is asked for again. */
const FRESH = 2_000;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: FRESH, retry: worthRetrying, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
