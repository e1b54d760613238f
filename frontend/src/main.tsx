import "./app/mantine-styles";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Providers } from "./app/providers";
import { Waiting } from "./app/session-gate";
import { createRouter } from "./app/router";
import { createQueryClient } from "./shared/api/query-client";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html lacks #root");

createRoot(root).render(
  <StrictMode>
    <Providers queryClient={createQueryClient()}>
      <Suspense fallback={<Waiting />}>
        <RouterProvider router={createRouter()} />
      </Suspense>
    </Providers>
  </StrictMode>,
);
