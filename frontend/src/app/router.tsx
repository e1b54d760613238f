import { lazy } from "react";
import { createBrowserRouter, type RouteObject } from "react-router";
import { CrashPage, Home, NotFoundPage } from "./pages/fallback-pages";
import { RequirePermission, RequireSession } from "./session-gate";

// Asked for at once, while the session is still being looked up.
const shell = import("./shell/shell");
const Shell = lazy(() => shell.then((module) => ({ default: module.Shell })));
const LoginPage = lazy(() => import("@/features/session/pages/login-page"));
const MyTicketsPage = lazy(() => import("@/features/tickets/pages/my-tickets-page"));
const NewTicketPage = lazy(() => import("@/features/tickets/pages/new-ticket-page"));
const QueuePage = lazy(() => import("@/features/tickets/pages/queue-page"));
const TicketRoute = lazy(() => import("./pages/ticket-route"));
const TaskRoute = lazy(() => import("./pages/ticket-route").then(({ TaskRoute: page }) => ({ default: page })));
const TasksPage = lazy(() => import("@/features/tasks/pages/tasks-page"));
const AdminPage = lazy(() => import("@/features/administration/pages/admin-page"));

function guarded(permission: string, page: React.ReactNode): React.ReactNode {
  return <RequirePermission permission={permission}>{page}</RequirePermission>;
}

export const routes: RouteObject[] = [
  { path: "/login", element: <LoginPage />, errorElement: <CrashPage /> },
  {
    element: (
      <RequireSession>
        <Shell />
      </RequireSession>
    ),
    errorElement: <CrashPage />,
    children: [
      {
        errorElement: <CrashPage />,
        children: [
          { path: "/", element: <Home /> },
          { path: "/tickets", element: <MyTicketsPage /> },
          { path: "/tickets/new", element: guarded("ticket.submit", <NewTicketPage />) },
          { path: "/tickets/:number", element: <TicketRoute /> },
          { path: "/queue", element: guarded("ticket.approve", <QueuePage />) },
          { path: "/tasks", element: <TasksPage /> },
          { path: "/tasks/:itemId", element: <TaskRoute /> },
          { path: "/admin", element: guarded("admin.enter", <AdminPage />) },
          { path: "*", element: <NotFoundPage /> },
        ],
      },
    ],
  },
];

export function createRouter(): ReturnType<typeof createBrowserRouter> {
  return createBrowserRouter(routes);
}
