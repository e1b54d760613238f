import { CloseButton, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useShortcut } from "@/shared/shortcuts/shortcuts";
import classes from "./search-input.module.css";

const TYPING_PAUSE = 300;

export function SearchInput({ value, onChange, label }: { value: string; onChange: (value: string) => void; label: string }) {
  const [text, setText] = useState(value);
  const [input, setInput] = useState<HTMLInputElement | null>(null);
  useShortcut("/", "Search", "Lists", () => input?.focus());
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text === value) return undefined;
    const timer = setTimeout(() => onChange(text.trim()), TYPING_PAUSE);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react/exhaustive-deps -- only what was typed starts the pause
  }, [text]);
  return (
    <TextInput
      ref={setInput}
      className={classes.search}
      type="search"
      aria-label={label}
      placeholder="Search"
      leftSection={<IconSearch size={16} aria-hidden />}
      rightSection={text ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => setText("")} /> : null}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
    />
  );
}
