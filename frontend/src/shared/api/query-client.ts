import { QueryClient } from "@tanstack/react-query";
import { ProblemError } from "./problem";

/** What the server said no to stays no; a broken line or server is tried twice more. */
export function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ProblemError && error.status < 500;
  return !refused && failures < 2;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 15_000, retry: worthRetrying, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  });
}
