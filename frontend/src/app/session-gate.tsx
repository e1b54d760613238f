import { Center, Loader } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useState } from "react";
import { Navigate, useLocation } from "react-router";
import { createLiveSocket, LiveContext } from "@/shared/live/live";
import { MeContext, meQuery, useCan } from "@/shared/session/me";
import { EmptyState, ErrorState } from "@/shared/ui/states";

export function Waiting() {
  return (
    <Center h="100dvh">
      <Loader size="sm" aria-label="Loading" />
    </Center>
  );
}

/** Lets in who is logged in; everybody else logs in first and comes back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery);
  const { pathname, search } = useLocation();
  if (me.isPending) return <Waiting />;
  if (me.isError) return <ErrorState level={1} error={me.error} what="application" retry={() => void me.refetch()} />;
  if (me.data === null) {
    const next = pathname === "/" ? "" : `?next=${encodeURIComponent(pathname + search)}`;
    return <Navigate to={`/login${next}`} replace />;
  }
  return (
    <MeContext value={me.data}>
      <Live key={me.data.id}>{children}</Live>
    </MeContext>
  );
}

/** The one socket, open as long as somebody is logged in. */
function Live({ children }: { children: ReactNode }) {
  const [socket] = useState(createLiveSocket);
  useEffect(() => {
    socket.start();
    return () => socket.stop();
  }, [socket]);
  return <LiveContext value={socket}>{children}</LiveContext>;
}

export function RequirePermission({ permission, children }: { permission: string; children: ReactNode }) {
  const allowed = useCan(permission);
  if (allowed) return children;
  return (
    <EmptyState level={1} title="This page is not for you">
      Ask an administrator if you need it.
    </EmptyState>
  );
}
