import { convertCssVariables, DEFAULT_THEME, defaultCssVariablesResolver, mergeMantineTheme } from "@mantine/core";
import { expect, test } from "vitest";
import { readableGreys, theme } from "./theme";

type Variables = Record<string, string>;

function changed(ours: Variables, defaults: Variables): Variables {
  return Object.fromEntries(Object.entries(ours).filter(([name, value]) => defaults[name] !== value));
}

test("theme.gen.css holds exactly the variables in which our theme differs from Mantine's (vitest -u writes it)", async () => {
  const merged = mergeMantineTheme(DEFAULT_THEME, theme);
  const ours = defaultCssVariablesResolver(merged);
  const defaults = defaultCssVariablesResolver(DEFAULT_THEME);
  const greys = readableGreys(merged);
  const css = convertCssVariables(
    {
      variables: changed(ours.variables, defaults.variables),
      light: { ...changed(ours.light, defaults.light), ...greys.light },
      dark: { ...changed(ours.dark, defaults.dark), ...greys.dark },
    },
    ":root",
  );
  await expect(`${css.replaceAll(/([;{}])/g, "$1\n").trim()}\n`).toMatchFileSnapshot("./theme.gen.css");
});
