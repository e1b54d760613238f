import { render } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { Suspense } from "react";
import { createMemoryRouter, RouterProvider } from "react-router";
import { Providers } from "@/app/providers";
import { routes } from "@/app/router";
import { createQueryClient } from "@/shared/api/query-client";
import { fakeSockets } from "./fake-socket";

/** The whole application at an address, with a fake server and a fake socket. */
export function renderApp(path: string) {
  fakeSockets();
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const queryClient = createQueryClient();
  queryClient.setDefaultOptions({ queries: { ...queryClient.getDefaultOptions().queries, retry: false } });
  render(
    <Providers queryClient={queryClient} env="test">
      <Suspense>
        <RouterProvider router={router} />
      </Suspense>
    </Providers>,
  );
  return { user: userEvent.setup(), router, queryClient };
}
