import { Button } from "@mantine/core";
import { Link, Navigate } from "react-router";
import { useMe } from "@/shared/session/me";
import { EmptyState } from "@/shared/ui/states";
import { homeOf } from "../shell/navigation";

export function Home() {
  return <Navigate to={homeOf(useMe())} replace />;
}

export function NotFoundPage() {
  return (
    <EmptyState
      level={1}
      title="There is no such page"
      action={
        <Button component={Link} to="/" variant="default">
          Go to the start
        </Button>
      }
    />
  );
}

/** Something broke while drawing a page; most often a new version was installed and its parts have other names. */
export function CrashPage() {
  return (
    <EmptyState level={1} title="This page could not be shown" action={<Button onClick={() => window.location.reload()}>Load it again</Button>}>
      A new version may have been installed meanwhile.
    </EmptyState>
  );
}
