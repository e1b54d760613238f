import { Tooltip } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { Suspense, useEffect, useRef } from "react";
import { Link, NavLink, Outlet, useLocation, useNavigate } from "react-router";
import { Bell } from "@/features/notifications/components/bell";
import { useLiveState } from "@/shared/live/live";
import { useMe } from "@/shared/session/me";
import { handleShortcutKey, useShortcut } from "@/shared/shortcuts/shortcuts";
import { Keys } from "@/shared/ui/keys";
import { Logo } from "@/shared/ui/logo";
import { LoadingRows } from "@/shared/ui/states";
import { destinationsOf } from "./navigation";
import classes from "./shell.module.css";
import { ShortcutSheet } from "./shortcut-sheet";
import { UserMenu } from "./user-menu";

type Destinations = ReturnType<typeof destinationsOf>;

/** What is around every page. */
export function Shell() {
  const me = useMe();
  const destinations = destinationsOf(me);
  const content = useRef<HTMLElement>(null);
  useEffect(() => {
    document.addEventListener("keydown", handleShortcutKey);
    return () => document.removeEventListener("keydown", handleShortcutKey);
  }, []);
  useFocusOnNavigation(content);
  return (
    <div className={classes.shell}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      {destinations.map((destination) => (
        <DestinationKey key={destination.to} destination={destination} />
      ))}
      <aside className={classes.sidebar}>
        <Link to="/" className={classes.brand}>
          <Logo /> Tickets
        </Link>
        <nav aria-label="Main">
          {destinations.map(({ to, label, icon: Icon, keys }) => (
            <Tooltip key={to} label={<Keys keys={keys} />} position="right">
              <NavLink to={to} end={to === "/tickets"} className={classes.link}>
                <Icon size={18} stroke={1.7} aria-hidden /> {label}
              </NavLink>
            </Tooltip>
          ))}
        </nav>
      </aside>
      <div className={classes.body}>
        <header className={classes.topbar}>
          <Link to="/" className={classes.phoneBrand} aria-label="Start">
            <Logo />
          </Link>
          <LiveNotice />
          <div className={classes.tools}>
            <Bell />
            <UserMenu />
          </div>
        </header>
        <main id="content" ref={content} tabIndex={-1} className={classes.content}>
          <Suspense fallback={<PageFallback />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <PhoneNavigation destinations={destinations} />
      <ShortcutSheet />
    </div>
  );
}

/** After a change of page the keyboard stands at its beginning, as after a page load. */
function useFocusOnNavigation(content: React.RefObject<HTMLElement | null>): void {
  const { pathname } = useLocation();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }, [pathname, content]);
}

function DestinationKey({ destination: { keys, label, to } }: { destination: Destinations[number] }) {
  const navigate = useNavigate();
  useShortcut(keys, label, "Go to", () => void navigate(to));
  return null;
}

function PhoneNavigation({ destinations }: { destinations: Destinations }) {
  return (
    <nav aria-label="Main" className={classes.phoneNav}>
      {destinations.map(({ to, short, icon: Icon }) => (
        <NavLink key={to} to={to} end={to === "/tickets"} className={classes.phoneLink}>
          <Icon size={21} stroke={1.7} aria-hidden />
          {short}
        </NavLink>
      ))}
    </nav>
  );
}

/** Said only while what is shown may be old. */
function LiveNotice() {
  const state = useLiveState();
  return (
    <span className={classes.live} role="status">
      {state === "refused" && "No live updates here: load the page again to see what is new"}
      {state === "offline" && (
        <>
          <IconPlugConnectedX size={16} aria-hidden /> Reconnecting…
        </>
      )}
    </span>
  );
}

function PageFallback() {
  return (
    <div className={classes.fallback}>
      <LoadingRows />
    </div>
  );
}
