import { Avatar } from "@mantine/core";
import classes from "./person-avatar.module.css";

const HUES = 6;

function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => word?.charAt(0).toUpperCase() ?? "").join("");
}

function hueOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997;
  return sum % HUES;
}

/** Decoration beside a name that is written out; never the only bearer of it. */
export function PersonAvatar({ name, size = 28 }: { name: string; size?: number }) {
  return (
    <Avatar size={size} radius="xl" classNames={{ placeholder: classes.placeholder }} data-hue={hueOf(name)} aria-hidden>
      {initialsOf(name)}
    </Avatar>
  );
}
