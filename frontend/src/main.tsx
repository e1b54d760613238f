import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/theme.gen.css";
import "./app/global.css";
import { StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Providers } from "./app/providers";
import { createRouter } from "./app/router";
import { createQueryClient } from "./shared/api/query-client";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html lacks #root");

createRoot(root).render(
  <StrictMode>
    <Providers queryClient={createQueryClient()}>
      <Suspense>
        <RouterProvider router={createRouter()} />
      </Suspense>
    </Providers>
  </StrictMode>,
);
