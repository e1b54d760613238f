import { type CSSVariablesResolver, createTheme, Menu, Modal, Popover, Tooltip } from "@mantine/core";

export const theme = createTheme({
  primaryColor: "iris",
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: "md",
  cursorType: "pointer",
  respectReducedMotion: true,
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", Arial, sans-serif',
  headings: { fontWeight: "650", sizes: { h1: { fontSize: "1.375rem", lineHeight: "1.3" }, h2: { fontSize: "1rem", lineHeight: "1.4" } } },
  colors: {
    iris: ["#f1f4fe", "#e1e8fc", "#c3d0f8", "#a5b8f3", "#8aa1ee", "#6883e4", "#4c69d4", "#3a5bc7", "#304da8", "#26408c"],
    dark: ["#d9dbe1", "#b4b8c2", "#969ba8", "#6b7180", "#3a3f4b", "#2b3039", "#20242b", "#16181d", "#111317", "#0b0d10"],
  },
  components: {
    // react-remove-scroll writes a <style> element, which the content security policy refuses; shell.css locks the scroll instead.
    // Its <header> would count as a second banner of the page.
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        radius: "lg",
        closeButtonProps: { "aria-label": "Close" },
        attributes: { header: { role: "presentation" } },
      },
    }),
    Menu: Menu.extend({ defaultProps: { shadow: "md", radius: "md" } }),
    Popover: Popover.extend({ defaultProps: { shadow: "md", radius: "md" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
  },
});

/** Mantine's own greys for secondary text stay below the contrast of 4.5 that WCAG asks for. */
export const readableGreys: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-dimmed": "#5b6370",
    "--mantine-color-placeholder": "#69717f",
    "--mantine-color-error": "#c92a2a",
    "--mantine-color-default-border": "#d5d9e0",
    "--mantine-color-iris-light-color": "#304da8",
  },
  dark: {
    "--mantine-color-dimmed": "#9aa0ad",
    "--mantine-color-placeholder": "#8b919e",
    "--mantine-color-error": "#ff8787",
    "--mantine-color-anchor": "#a5b8f3",
    "--mantine-color-iris-light-color": "#a5b8f3",
  },
});
